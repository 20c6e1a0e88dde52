import { expect } from "vitest";
import { describeDatabases } from "./databases.fixture.ts";
import { sqlTrialStore } from "./sql-trial-store.ts";

interface Kept {
  loss: number;
  predictions: number[];
}
const isKept = (value: unknown): value is Kept =>
  typeof value === "object" && value !== null && "loss" in value && "predictions" in value;

describeDatabases("sqlTrialStore", (database, it) => {
  const keyOf = (trial: string): { trial: string; seed: number } => ({ trial, seed: 1 });
  const kept: Kept = { loss: 0.1 + 0.2, predictions: [1, -0.5, 1e-300] };

  it("gives back what was kept, to others too", async () => {
    const store = sqlTrialStore(database(), isKept);
    expect(await store.get(keyOf("a"))).toBeNull();
    await store.put(keyOf("a"), kept, { seconds: 1.5, worker: 7, cpu: "a processor" });
    const other = sqlTrialStore(database(), isKept);
    expect(await other.get(keyOf("a"))).toEqual(kept);
    expect(await other.get({ ...keyOf("a"), seed: 2 })).toBeNull();
    const [row] = await database().query("select seconds, worker, cpu from minimand.results");
    expect(row).toEqual({ seconds: 1.5, worker: 7, cpu: "a processor" });
    expect(other.doubts()).toBeNull();
  });

  it("keeps the first result that comes in", async () => {
    const stores = Array.from({ length: 4 }, () => sqlTrialStore(database(), isKept));
    await stores[0].put(keyOf("b"), kept);
    await Promise.all(stores.map((store, i) => store.put(keyOf("b"), { ...kept, loss: i + 1 })));
    expect(await stores[1].get(keyOf("b"))).toEqual(kept);
  });

  it("gives many at once in their order, however large they are together", async () => {
    const store = sqlTrialStore(database(), isKept);
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
    for (const [i, one] of all.entries()) await store.put(keyOf(`large ${i}`), one);
    const keys = ["large 3", "none", "large 0", "large 4", "large 1", "large 2", "large 3"].map(keyOf);
    expect(await store.getMany(keys)).toEqual([all[3], null, all[0], all[4], all[1], all[2], all[3]]);
    expect(await store.getMany([])).toEqual([]);
  });

  it("takes a damaged row for none, says so, and replaces it", async () => {
    const writer = sqlTrialStore(database(), isKept);
    for (const name of ["c", "d", "e", "f"])
      await writer.put(keyOf(name), { ...kept, loss: name.charCodeAt(0) });
    const keys = ["c", "d", "e", "f"].map(keyOf);
    const rows = await database().query<{ key: string }>(
      "select key from minimand.results order by finished_at desc limit 4",
    );
    const [f, e, d] = rows.map(({ key }) => key);
    await database().query(
      "update minimand.results set kept = (select kept from minimand.results where key = $1) where key = $2",
      [f, d],
    );
    await database().query("update minimand.results set kept = '\\x00ff' where key = $1", [e]);
    await database().query("update minimand.results set sha256 = 'none' where key = $1", [f]);
    const store = sqlTrialStore(database(), isKept);
    expect((await store.getMany(keys)).map((found) => found?.loss ?? null)).toEqual([99, null, null, null]);
    expect(store.doubts()).toBe(
      "3 kept trials are damaged, or of a version that wrote no checksums: run again",
    );
    // One that has seen no damage leaves what is there.
    await writer.put(keyOf("d"), { ...kept, loss: 1 });
    expect(await sqlTrialStore(database(), isKept).get(keyOf("d"))).toBeNull();
    for (const key of keys) await store.put(key, { ...kept, loss: 2 });
    const again = sqlTrialStore(database(), isKept);
    expect((await again.getMany(keys)).map((found) => found?.loss)).toEqual([99, 2, 2, 2]);
    expect(again.doubts()).toBeNull();
  });

  it("takes for none what isn't what is kept of a trial", async () => {
    const anything = (_: unknown): _ is unknown => true;
    await sqlTrialStore(database(), anything).put(keyOf("g"), { loss: 1 });
    const store = sqlTrialStore(database(), isKept);
    expect(await store.get(keyOf("g"))).toBeNull();
    await store.put(keyOf("g"), kept);
    expect(await store.get(keyOf("g"))).toEqual(kept);
  });
});
