import { expect } from "vitest";
import { hasBlob, putBlob } from "../store/blobs.ts";
import { describeDatabases } from "../store/databases.fixture.ts";
import { giveUp, noteTries } from "./attempts.ts";
import { removeRun } from "./remove-run.ts";
import {
  addRun,
  beginRun,
  cancelRun,
  eventsOf,
  failRun,
  filesOf,
  finishRun,
  listRuns,
  reviveRun,
  stateOf,
  unbeginRun,
} from "./run-store.ts";

describeDatabases("runs of a store", (database, it) => {
  const needs = {
    versions: { minimand: "1", node: "2" },
    engine: { name: "wasm", version: "1", threads: 1 },
    code: "c",
  } as const;
  const add = async (id: string, inputs: readonly string[] = []): Promise<void> => {
    const run = { kind: "compare" as const, title: id, request: {}, attached: [], typed: [], house: "h" };
    expect(await addRun(database(), { id, ...run, needs, origins: [] }, inputs)).toBe(true);
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
    await failRun(database(), "failed", `'a\u0000.csv' is absent${" ".repeat(5000)}`);
    const [{ reason }] = (await listRuns(database())).filter(({ id }) => id === "failed");
    expect(reason).toBe("'a\\u0000.csv' is absent".padEnd(2005));
    expect(await reviveRun(database(), "failed")).toBe(true);
  });

  it("have times that a date can be where they are listed, their events too", async () => {
    await add("own");
    await add("of no time");
    for (const time of ["infinity", "290000-01-01", "0044-03-15 BC"]) {
      await database().query("update minimand.runs set created_at = $1 where id = 'of no time'", [time]);
      const ids = (await listRuns(database())).map(({ id }) => id);
      expect(ids).toContain("own");
      expect(ids).not.toContain("of no time");
    }
    await database().query(
      "insert into minimand.events (run, kind, text, at) values ('own', 'started', 'x', 'infinity')",
    );
    expect((await eventsOf(database(), "own")).map(({ text }) => text)).toEqual(["started: own"]);
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

  it("count how often they were begun since the last trial came to something", async () => {
    await add("begun");
    expect([await beginRun(database(), "begun"), await beginRun(database(), "begun")]).toEqual([2, 3]);
    await trial("begun", "of begun", "open");
    expect(await beginRun(database(), "begun")).toBe(4);
    await unbeginRun(database(), "begun");
    expect(await beginRun(database(), "begun")).toBe(4);
    await noteTries(database(), ["of begun"], "its worker\u0000 ended");
    expect(await beginRun(database(), "begun")).toBe(1);
    expect(await beginRun(database(), "begun")).toBe(2);
    await database().query("update minimand.run_trials set state = 'done' where key = 'of begun'");
    expect(await beginRun(database(), "begun")).toBe(1);
    await cancelRun(database(), "begun");
    expect(await beginRun(database(), "begun")).toBeNull();
  });

  it("count no further than a column can hold", async () => {
    const most = 2147483647;
    await add("endless");
    await database().query(`update minimand.runs set beginnings = ${most} where id = 'endless'`);
    expect(await beginRun(database(), "endless")).toBeGreaterThan(1);
    await trial("endless", "a", "open");
    await trial("endless", "b", "open");
    await noteTries(database(), ["a", "b"], "ended");
    await database().query(`update minimand.tries set tries = ${most}`);
    await noteTries(database(), ["a", "b"], "ended");
    await database().query(`update minimand.tries set tries = ${most}`);
    expect(await beginRun(database(), "endless")).toBe(1);
  });

  it("are told what came of a trial once", async () => {
    await add("told");
    await trial("told", "of told", "done");
    await trial("told", "still open", "open");
    await giveUp(database(), { key: "of told", tries: 3 });
    await giveUp(database(), { key: "still open", tries: 3 });
    const rows = await database().query(
      "select key, state, collected from minimand.run_trials where run = 'told' order by key",
    );
    expect(rows).toEqual([
      { key: "of told", state: "done", collected: true },
      { key: "still open", state: "failed", collected: false },
    ]);
  });

  it("have files where those of a run are, and nowhere else", async () => {
    const written = async (path: string): Promise<string[]> => {
      await add(path);
      await finishRun(database(), path, { [path]: "" });
      return Object.keys(await filesOf(database(), path));
    };
    for (const path of [
      "results.json",
      "model/model.onnx",
      "model/model.ensemble",
      "model/trees/model.trees",
    ])
      expect(await written(path)).toEqual([path]);
    for (const path of [
      ...["report.html", "../results.json", "/results.json", "model.json", "other/model.json", "model/a.js"],
      ...[
        "model/../a.json",
        "model/./a.json",
        "model//a.json",
        "model/a/b/c.json",
        "model\\..\\a.json",
        "model/..",
      ],
    ])
      await expect(written(path), path).rejects.toThrow(`expected files of an output folder, got '${path}'`);
  });

  it("are removed at their end, and all that no other run needs with them", async () => {
    const bytes = (name: string): Uint8Array => new TextEncoder().encode(name);
    const [own, both] = [await putBlob(database(), bytes("own")), await putBlob(database(), bytes("both"))];
    await add("first", [own, both]);
    await add("second", [both]);
    for (const run of ["first", "second"]) {
      for (const key of [`of ${run}`, "of both"]) await trial(run, key, "done");
      await finishRun(database(), run, { "results.json": run, "tuned.json": "of both" });
    }
    for (const key of ["of first", "of both", "of second"])
      await database().query("insert into minimand.results (key, kept, sha256) values ($1, $2, '')", [
        ...[key, bytes(key)],
      ]);
    expect(await removeRun(database(), "first")).toBe(true);
    expect(await stateOf(database(), "first")).toBe(null);
    const left = await database().query<{ key: string }>(
      "select key from minimand.results where key like 'of %' order by key",
    );
    expect(left.map(({ key }) => key)).toEqual(["of both", "of second"]);
    expect([await hasBlob(database(), own), await hasBlob(database(), both)]).toEqual([false, true]);
    const files = await filesOf(database(), "second");
    expect(Buffer.from(files["tuned.json"]!).toString()).toBe("of both");
    expect(await removeRun(database(), "second")).toBe(true);
    expect(await hasBlob(database(), both)).toBe(false);
  });

  it("are not removed while they wait or run, nor begun with files that aren't there", async () => {
    await add("busy");
    expect(await removeRun(database(), "busy")).toBe(false);
    expect(await stateOf(database(), "busy")).toBe("running");
    const lacking = { kind: "compare" as const, title: "", request: {}, attached: [], typed: [], house: "h" };
    const run = { id: "lacking files", ...lacking, needs, origins: [] };
    expect(await addRun(database(), run, ["0".repeat(64)])).toBe(false);
    expect(await stateOf(database(), "lacking files")).toBe(null);
  });
});
