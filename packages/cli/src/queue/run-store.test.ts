import { expect } from "vitest";
import { describeDatabases } from "../store/databases.fixture.ts";
import { addRun, beginRun, cancelRun, failRun, finishRun, reviveRun, stateOf } from "./run-store.ts";

describeDatabases("runs of a store", (database, it) => {
  const needs = { versions: {}, engine: { name: "wasm", version: "1", threads: 1 }, code: "c" } as const;
  const add = async (id: string): Promise<void> => {
    const run = { kind: "compare" as const, title: id, request: {}, attached: [], typed: [], house: "h" };
    await addRun(database(), { id, ...run, needs, origins: [] });
    await beginRun(database(), id);
  };
  const trial = (run: string, key: string, state: string): Promise<unknown> =>
    database().query(
      "insert into minimand.run_trials (run, key, state, collected) values ($1, $2, $3, true)",
      [...[run, key, state]],
    );

  it("go on where they were cancelled or have failed, and not while they run", async () => {
    await add("cancelled");
    expect(await reviveRun(database(), "cancelled")).toBe(false);
    await cancelRun(database(), "cancelled");
    expect(await reviveRun(database(), "cancelled")).toBe(true);
    expect(await stateOf(database(), "cancelled")).toBe("waiting");
    await add("failed");
    await failRun(database(), "failed", "why");
    expect(await reviveRun(database(), "failed")).toBe(true);
  });

  it("go on after their end where trials have failed, which are tried again", async () => {
    await add("whole");
    await trial("whole", "key of whole", "done");
    await finishRun(database(), "whole", { "results.json": "{}" });
    expect(await reviveRun(database(), "whole")).toBe(false);
    await add("lacking");
    await trial("lacking", "key of lacking", "failed");
    await database().query(
      "insert into minimand.failures (key, tries, reason) values ('key of lacking', 3, 'why')",
    );
    await finishRun(database(), "lacking", { "results.json": "{}" });
    expect(await reviveRun(database(), "lacking")).toBe(true);
    expect(await stateOf(database(), "lacking")).toBe("waiting");
    expect(await database().query("select key from minimand.failures")).toEqual([]);
  });
});
