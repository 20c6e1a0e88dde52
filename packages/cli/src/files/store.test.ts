import { execFileSync } from "node:child_process";
import {
  existsSync,
  lutimesSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import type { PredictedTrial } from "@minimand/compare";
import { areRecords } from "@minimand/compare";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../../../../test/support/cli.ts";
import { openStore } from "./store.ts";
import { temporaryFor } from "./temporary.ts";

const record: PredictedTrial = {
  candidate: "focal",
  seed: 0,
  fold: 1,
  status: "ok",
  chosen: { learningRate: 0.01, parameters: { gamma: 2 } },
  tuning: [],
  epochs: 4,
  score: 0.75,
  metrics: { accuracy: 0.75, "roc-auc": null },
  curve: [0.5, 0.75],
  rows: { fit: 3, validation: 1, test: 4 },
  seconds: 0.1,
  predictions: null,
};
const key = {
  schema: 1,
  spec: { candidate: "focal", seed: 0, fold: 1 },
  task: "binary",
  classes: ["no", "yes"],
  settings: { maxEpochs: 5 },
  candidate: { grid: { rates: [0.01], beyond: null, settings: [{ gamma: 2 }] } },
};

describe("openStore", () => {
  it("gives back what was put under the same key, also when it is opened again", async () => {
    const folder = temporaryFolder();
    const store = await openStore(folder, areRecords);
    // The trial of the baseline has two records: its threshold is tuned as well.
    const both = ["cross-entropy", "cross-entropy-threshold"].map((candidate) => ({ ...record, candidate }));
    const own = { ...key, spec: { ...key.spec, candidate: "cross-entropy" } };
    expect(await store.get(own)).toBeNull();
    await store.put(own, both);
    expect(await store.get(own)).toEqual(both);
    expect(await (await openStore(folder, areRecords)).get(structuredClone(own))).toHaveLength(2);
    expect(await store.get({ ...own, schema: 2 })).toBeNull();
    expect(readdirSync(join(folder, "trials"))).toHaveLength(1);
  });

  it.each(["", "[", "[]", "{}", "null", "[1]", "[null]", '[{"candidate":"focal"}]'])(
    "takes a damaged trial (%j) as one that has not run",
    async (text) => {
      const folder = temporaryFolder();
      const store = await openStore(folder, areRecords);
      await store.put(key, [record]);
      const [name] = readdirSync(join(folder, "trials"));
      writeFileSync(join(folder, "trials", name), text);
      expect(await store.get(key)).toBeNull();
      expect(store.doubts()).toBe(
        "1 kept trial is damaged, or of a version that wrote no checksums: run again",
      );
      await store.put(key, [record]);
      expect(await store.get(key)).toEqual([record]);
    },
  );

  it("takes a trial with any byte changed as one that has not run, and counts such trials", async () => {
    const folder = temporaryFolder();
    const store = await openStore(folder, areRecords);
    await store.put(key, [record]);
    const [name] = readdirSync(join(folder, "trials"));
    const path = join(folder, "trials", name);
    const bytes = readFileSync(path);
    // The last one ends the line.
    for (let i = 0; i < bytes.length - 1; i++) {
      const changed = Uint8Array.from(bytes);
      changed[i] ^= 1 << (i % 8);
      writeFileSync(path, changed);
      const got = await store.get(key);
      if (got !== null) expect(got).toEqual([record]);
    }
    writeFileSync(path, gzipSync(gunzipSync(bytes).toString().replace("0.75", "0.95")));
    expect(await store.get(key)).toBeNull();
    // Functions that call themselves at each depth can't walk through it.
    writeFileSync(path, gzipSync(`{"key":1,"kept":${"[".repeat(20_000)}${"]".repeat(20_000)}}`));
    expect(await store.get(key)).toBeNull();
    // A quarter of a megabyte that unpacks to far more.
    writeFileSync(path, gzipSync(" ".repeat(2 ** 27 + 1)));
    expect(await store.get(key)).toBeNull();
    const more = await openStore(folder, areRecords);
    expect(more.doubts()).toBeNull();
    for (const seed of [1, 2]) {
      // One that earlier versions wrote, and one that belongs to another key.
      await more.put({ ...key, seed }, [record]);
      const [other] = readdirSync(join(folder, "trials")).filter((file) => file !== name);
      if (seed === 1) writeFileSync(join(folder, "trials", other), JSON.stringify([record]));
      else writeFileSync(join(folder, "trials", other), bytes);
      expect(await more.get({ ...key, seed })).toBeNull();
      expect(await more.get({ ...key, seed })).toBeNull();
      rmSync(join(folder, "trials", other));
    }
    expect(more.doubts()).toBe(
      "2 kept trials are damaged, or of a version that wrote no checksums: run again",
    );
  });

  it("makes folders, and unmakes those that it made where nothing can be written", async () => {
    const folder = temporaryFolder();
    await openStore(join(folder, "a/b"), areRecords);
    expect(readdirSync(join(folder, "a/b"))).toEqual(["trials"]);
    writeFileSync(join(folder, "file"), "text");
    await expect(openStore(join(folder, "file/out"), areRecords)).rejects.toMatchObject({ code: "ENOTDIR" });
    expect(readFileSync(join(folder, "file"), "utf8")).toBe("text");
    await expect(openStore(join(folder, "new", "x".repeat(300)), areRecords)).rejects.toMatchObject({
      code: "ENAMETOOLONG",
    });
    expect(existsSync(join(folder, "new"))).toBe(false);
    expect(readdirSync(folder).sort()).toEqual(["a", "file"]);
  });

  it("opens for many at once, and takes away nothing that another has put there", async () => {
    const folder = temporaryFolder();
    const out = join(folder, "new/out");
    const stores = await Promise.all(Array.from({ length: 400 }, () => openStore(out, areRecords)));
    const keyed = (seed: number) => ({ ...key, spec: { ...key.spec, seed } });
    await Promise.all(stores.map((store, seed) => store.put(keyed(seed), [{ ...record, seed }])));
    for (const [seed, store] of stores.entries())
      expect(await store.get(keyed(seed))).toEqual([{ ...record, seed }]);
    expect(readdirSync(join(out, "trials")).filter((name) => !name.endsWith(".json.gz"))).toEqual([]);
  });

  it("makes its folder again where another run has taken it away, empty as it was", async () => {
    const out = temporaryFolder();
    const store = await openStore(out, areRecords);
    rmdirSync(join(out, "trials"));
    await store.put(key, [record]);
    expect(await store.get(key)).toEqual([record]);
  });

  it("sweeps up what a killed run left half-written, and nothing that is being written now or belongs to others", async () => {
    const folder = temporaryFolder();
    await openStore(folder, areRecords);
    const [old, young, results] = ["trials/a.json.gz", "trials/b.json.gz", "results.json"].map((name) =>
      temporaryFor(join(folder, name)),
    );
    const pending = temporaryFor(join(folder, ".minimand-new"));
    const foreign = ["video.mp4.partial", "a.partial", "results.json.12345678.partial", "x.minimand-partial"];
    const theirs = foreign.map((name) => join(folder, name));
    for (const path of [old, young, results, ...theirs]) writeFileSync(path, "[");
    mkdirSync(pending);
    // What a temporary link leads to stays, too.
    const link = temporaryFor(join(folder, "link"));
    mkdirSync(join(folder, "far"));
    symlinkSync(join(folder, "far"), link);
    lutimesSync(link, new Date(0), new Date(0));
    for (const path of [old, results, pending, ...theirs]) utimesSync(path, new Date(0), new Date(0));
    await openStore(folder, areRecords);
    expect([old, results, pending, link].filter(existsSync)).toEqual([]);
    expect([young, ...theirs, join(folder, "far")].filter((path) => !existsSync(path))).toEqual([]);
  });

  it("refuses a link in the place of its folder or of a trial, and never waits for a pipe", async () => {
    const [folder, far] = [temporaryFolder(), temporaryFolder()];
    symlinkSync(far, join(folder, "trials"));
    await expect(openStore(folder, areRecords)).rejects.toThrow(
      `${join(folder, "trials")}: expected a folder, got a symbolic link`,
    );
    rmSync(join(folder, "trials"));
    const store = await openStore(folder, areRecords);
    await store.put(key, [record]);
    const path = join(folder, "trials", readdirSync(join(folder, "trials"))[0]);
    rmSync(path);
    symlinkSync(join(far, "theirs"), path);
    await expect(store.put(key, [record])).rejects.toThrow(`${path}: expected a file or a name that is free`);
    expect(readdirSync(far)).toEqual([]);
    if (process.platform === "win32") return;
    rmSync(path);
    execFileSync("mkfifo", [path]);
    expect(await store.get(key)).toBeNull();
  });
});
