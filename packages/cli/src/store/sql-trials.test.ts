import { expect } from "vitest";
import { hashOf } from "../files/trial-file.ts";
import { describeDatabases } from "./databases.fixture.ts";
import { putTrials, sqlTrials } from "./sql-trials.ts";

interface Kept {
  loss: number;
  predictions: number[];
}
const isKept = (value: unknown): value is Kept =>
  typeof value === "object" && value !== null && "loss" in value && "predictions" in value;

describeDatabases("trials of a database", (database, it) => {
  const keyOf = (trial: string): { trial: string; seed: number } => ({ trial, seed: 1 });
  const kept: Kept = { loss: 0.1 + 0.2, predictions: [1, -0.5, 1e-300] };
  const here = { worker: 7, cpu: "a processor" };
  const put = (name: string, what: unknown): Promise<void> =>
    putTrials(database(), [{ key: hashOf(keyOf(name)), kept: what, seconds: 1.5 }], here);

  it("are given back as they were kept, to others too", async () => {
    const store = sqlTrials(database(), isKept);
    expect(await store.getMany([keyOf("a")])).toEqual([null]);
    await put("a", kept);
    expect(await store.getMany([keyOf("a"), { ...keyOf("a"), seed: 2 }])).toEqual([kept, null]);
    const [row] = await database().query("select seconds, worker, cpu from minimand.results");
    expect(row).toEqual({ seconds: 1.5, ...here });
    expect(store.doubts()).toBeNull();
  });

  it("count once: the first result that comes in", async () => {
    await put("b", kept);
    await Promise.all([1, 2, 3].map((loss) => put("b", { ...kept, loss })));
    expect(await sqlTrials(database(), isKept).getMany([keyOf("b")])).toEqual([kept]);
  });

  it("come many at once in the order asked for, however large they are together", async () => {
    const store = sqlTrials(database(), isKept);
    // What can't be compressed, four megabytes each as text.
    const large = (seed: number): Kept => {
      let x = seed;
      const next = (): number => {
        x = (1103515245 * x + 12345) % 2147483648;
        return x / 2147483648;
      };
      return { loss: seed, predictions: Array.from({ length: 200_000 }, next) };
    };
    const all = [1, 2, 3, 4, 5].map(large);
    for (const [i, one] of all.entries()) await put(`large ${i}`, one);
    const keys = ["large 3", "none", "large 0", "large 4", "large 1", "large 2", "large 3"].map(keyOf);
    expect(await store.getMany(keys)).toEqual([all[3], null, all[0], all[4], all[1], all[2], all[3]]);
    expect(await store.getMany([])).toEqual([]);
  });

  it("of which nothing is left count as absent, also where they are the first", async () => {
    await put("empty", kept);
    await database().query("update minimand.results set kept = '' where key = $1", [hashOf(keyOf("empty"))]);
    expect(await sqlTrials(database(), isKept).getMany([keyOf("empty")])).toEqual([null]);
  });

  it("that are damaged count as absent, are told of, and make room for another", async () => {
    for (const name of ["c", "d", "e", "f"]) await put(name, { ...kept, loss: name.charCodeAt(0) });
    const keys = ["c", "d", "e", "f"].map(keyOf);
    const [, d, e, f] = keys.map(hashOf);
    await database().query(
      "update minimand.results set kept = (select kept from minimand.results where key = $1) where key = $2",
      [f, d],
    );
    await database().query("update minimand.results set kept = '\\x00ff' where key = $1", [e]);
    await database().query("update minimand.results set sha256 = 'none' where key = $1", [f]);
    const store = sqlTrials(database(), isKept);
    expect((await store.getMany(keys)).map((found) => found?.loss ?? null)).toEqual([99, null, null, null]);
    expect(store.doubts()).toBe(
      "3 kept trials are damaged, or of a version that wrote no checksums: run again",
    );
    for (const name of ["c", "d", "e", "f"]) await put(name, { ...kept, loss: 2 });
    const again = sqlTrials(database(), isKept);
    expect((await again.getMany(keys)).map((found) => found?.loss)).toEqual([99, 2, 2, 2]);
    expect(again.doubts()).toBeNull();
  });

  it("count as absent where they aren't what is kept of a trial", async () => {
    await put("g", { loss: 1 });
    expect(await sqlTrials(database(), isKept).getMany([keyOf("g")])).toEqual([null]);
    await put("g", kept);
    expect(await sqlTrials(database(), isKept).getMany([keyOf("g")])).toEqual([kept]);
  });
});
