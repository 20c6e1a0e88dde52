import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Dataset, predictionFrom } from "@minimand/compare";
import { tables as bundledTables } from "@minimand/data";
import { afterAll, describe, expect, it } from "vitest";
import type { Arm, Made } from "../bench/networks/arm.ts";
import { arms } from "../bench/networks/arms.ts";
import { fingerprintsOf, readEntries, readFamilies } from "../bench/networks/draw-tables.ts";
import { greedyOver, meanOverSeeds } from "../bench/networks/ensembles.ts";
import { checkHalf, drawHalves } from "../bench/networks/halves.ts";
import { pageOf } from "../bench/networks/page.ts";
import { type Plan, plans, splitsOf } from "../bench/networks/plans.ts";
import { type BenchTable, outerSplit, prepare, readBenchTable } from "../bench/networks/read.ts";
import { type BenchRecord, readRecords } from "../bench/networks/records.ts";
import { bootstrap, compareArms, ranksOf, scoresOf } from "../bench/networks/report.ts";
import { jobsOf, type Places, runMissing } from "../bench/networks/run.ts";
import { constantPrediction, scoreOf } from "../bench/networks/score.ts";
import { findSources } from "../bench/networks/sources.ts";
import { statusOf } from "../bench/networks/status.ts";
import { readWidths, widthRatios } from "../bench/networks/widths-of.ts";

const folder = mkdtempSync(join(tmpdir(), "minimand-networks-"));
afterAll(() => rmSync(folder, { recursive: true }));

const entries = readEntries();

/** A data set of numbers 0, 1, ... with labels, or targets where there are no classes. */
function dataOf(classes: number, truth: readonly number[]): Dataset {
  const rows = truth.length;
  const task = classes === 0 ? "regression" : classes === 2 ? "binary" : "multiclass";
  return {
    ...{ name: "made.csv", task, target: "y", rows, groups: null, notes: [] },
    classes: Array.from({ length: classes }, (_, k) => `c${k}`),
    features: [{ kind: "numeric", name: "x", values: Float64Array.from(truth.keys()), why: "" }],
    labels: classes === 0 ? new Int32Array() : Int32Array.from(truth),
    targets: classes === 0 ? Float64Array.from(truth) : new Float64Array(),
  };
}

const tableOf = (dataset: Dataset): BenchTable => ({
  id: "a",
  sha256: "0123456789",
  used: dataset.rows,
  dataset,
});

/** Every number of a table of 20 rows. */
const numbers = tableOf(
  dataOf(
    0,
    Array.from({ length: 20 }, (_, i) => (i * 7) % 20),
  ),
);
const plan: Plan = { name: "full", folds: 4, seeds: 2, configurations: 1 };

describe("the tables", () => {
  it("are the halves that the rule draws", () => {
    const drawn = drawHalves(entries, readFamilies().alreadyTried);
    expect(entries.length).toBeGreaterThanOrEqual(60);
    expect(entries.map(({ id, half, single }) => ({ id, half, single }))).toEqual(
      entries.map(({ id }) => ({ id, ...drawn.get(id)! })),
    );
    // Whatever the order of the list.
    expect(drawHalves(entries.toReversed(), readFamilies().alreadyTried)).toEqual(drawn);
  });

  it("share no family between the halves", () => {
    for (const own of Map.groupBy(entries, ({ family }) => family).values())
      expect(new Set(own.map(({ half }) => half)).size).toBe(1);
    const { families } = readFamilies();
    for (const [family, ids] of Object.entries(families))
      for (const id of ids) expect(entries.find((entry) => entry.id === id)?.family).toBe(family);
  });

  it("balance tasks over the halves, and mark 20 small development tables of different families", () => {
    for (const task of ["binary", "multiclass", "regression"]) {
      const own = entries.filter((entry) => entry.task === task);
      const development = own.filter(({ half }) => half === "development").length;
      expect(Math.abs(2 * development - own.length)).toBeLessThanOrEqual(4);
    }
    const single = entries.filter((entry) => entry.single);
    expect(single.length).toBe(20);
    expect(new Set(single.map(({ family }) => family)).size).toBe(20);
    expect(single.every(({ rows, half }) => rows <= 2000 && half === "development")).toBe(true);
  });

  it("of which something was known are in the development half", () => {
    for (const id of readFamilies().alreadyTried)
      expect(entries.find((entry) => entry.id === id)?.half).toBe("development");
  });

  it("are all that there are but copies, with their checksums", () => {
    const { copies, tooFewOfAClass } = readFamilies();
    for (const [id, original] of Object.entries(copies)) {
      expect(entries.some((entry) => entry.id === id)).toBe(false);
      expect(entries.some((entry) => entry.id === original)).toBe(true);
    }
    for (const { name, sha256 } of bundledTables())
      expect(entries.find(({ id }) => id === `bundled/${name}`)?.sha256).toBe(sha256);
    const { sources, missing } = findSources();
    const used = sources.filter(({ id }) => !Object.hasOwn(copies, id) && !tooFewOfAClass.includes(id));
    for (const { id, sha256 } of used) expect(entries.find((entry) => entry.id === id)?.sha256).toBe(sha256);
    if (missing.length === 0) expect(used.length).toBe(entries.length);
  });

  it("have fingerprints that the order of rows does not change", () => {
    const values = Array.from({ length: 40 }, (_, i) => i * 1.5);
    const of = (numbers: number[]) => ({
      features: [{ kind: "numeric" as const, name: "x", values: Float64Array.from(numbers), why: "" }],
    });
    expect(fingerprintsOf(of(values))).toEqual(fingerprintsOf(of(values.toReversed())));
    expect(fingerprintsOf(of(values))).not.toEqual(fingerprintsOf(of([...values.slice(1), 7])));
    expect(fingerprintsOf(of([1, 0, 1]))).toEqual([]);
  });

  it("leave out rare classes, and keep 30 % apart", async () => {
    const labels = Array.from({ length: 100 }, (_, i) => (i < 5 ? 0 : i < 70 ? 1 : 2));
    const prepared = prepare(dataOf(3, labels));
    expect(prepared).toMatchObject({ rows: 95, task: "binary", classes: ["c1", "c2"] });
    expect([...prepared.labels].filter((label) => label === 1).length).toBe(30);
    const { train, test } = outerSplit(prepared);
    expect(new Set([...train, ...test]).size).toBe(95);
    expect(test.length).toBe(20 + 9);
    const source = findSources().sources.find(({ id }) => id === "bundled/iris")!;
    const iris = await readBenchTable(source, "seen");
    expect([iris.dataset.rows, iris.used]).toEqual([105, 150]);
    const [whole] = splitsOf(await readBenchTable(source, "all"), plans.outer, 0);
    expect([whole.train.length, whole.test.length]).toEqual([105, 45]);
    await expect(readBenchTable({ ...source, sha256: "other" }, "seen")).rejects.toThrow(
      "expected SHA-256 other",
    );
  });

  it("of the set-aside half are refused without --once", () => {
    expect(() => checkHalf("set aside", false)).toThrow("judged a single time");
    checkHalf("set aside", true);
    checkHalf("development", false);
  });
});

describe("scores", () => {
  const rows = Int32Array.of(0, 1, 2, 3);

  it("are areas of two classes", () => {
    // Of four pairs of a positive and a negative row three are in order.
    const p = [0.1, 0.4, 0.35, 0.8].flatMap((one) => [1 - one, one]);
    expect(scoreOf(dataOf(2, [0, 0, 1, 1]), rows, predictionFrom(Float64Array.from(p), 2))).toBe(0.75);
  });

  it("are log losses of more classes, of probabilities of at least 1e-6", () => {
    const p = Float64Array.of(0.5, 0.25, 0.25, 0, 1, 0, 0, 0, 1, 0, 1, 0);
    const score = scoreOf(dataOf(3, [0, 1, 2, 2]), rows, predictionFrom(p, 3));
    expect(score).toBeCloseTo((Math.log(2) + 6 * Math.log(10)) / 4, 12);
  });

  it("are R² of numbers", () => {
    const score = scoreOf(dataOf(0, [1, 2, 3, 4]), rows, predictionFrom(Float64Array.of(1, 2, 3, 2), 0));
    expect(score).toBeCloseTo(1 - 4 / 5, 12);
  });

  it("of the constant prediction are of shares, and of the mean", () => {
    const split = { train: Int32Array.of(0, 1, 2), test: Int32Array.of(3) };
    expect([...constantPrediction(dataOf(2, [0, 0, 1, 1]), split).probabilities]).toEqual([2 / 3, 1 / 3]);
    expect([...constantPrediction(dataOf(0, [1, 2, 6, 9]), split).predictions]).toEqual([3]);
  });
});

describe("ensembles", () => {
  /** Two arms: the targets plus 1, and minus 1, but for the rows of a fold. */
  const earlierOf =
    (table: BenchTable, odd: number) =>
    (arm: string, seed: number, fold: number): Made => {
      const { test } = splitsOf(table, plan, seed)[fold];
      const by = fold === odd ? 100 : 1;
      const sign = arm === "today" ? by : -1;
      return {
        prediction: predictionFrom(
          Float64Array.from(test, (row) => numbers.dataset.targets[row] + sign),
          0,
        ),
        seconds: 1,
      };
    };

  it("choose weights without the fold that they are applied to", () => {
    const [, split] = splitsOf(numbers, plan, 0);
    const run = greedyOver(["today", "trees"]);
    const { prediction, seconds } = run(numbers, split, 0, earlierOf(numbers, 1));
    // Half each, whatever the first arm is on fold 1 itself.
    split.test.forEach((row, i) => {
      expect(prediction.predictions[i]).toBeCloseTo(numbers.dataset.targets[row] + 99 / 2, 9);
    });
    expect(seconds).toBe(2);
    const [other] = splitsOf(numbers, plan, 0);
    const seen = run(numbers, other, 0, earlierOf(numbers, 1)).prediction.predictions;
    expect(seen[0]).not.toBeCloseTo(numbers.dataset.targets[other.test[0]], 3);
  });

  it("average the predictions of a row over the seeds", () => {
    const earlier = (_: string, seed: number, fold: number): Made => {
      const { test } = splitsOf(numbers, plan, seed)[fold];
      return {
        prediction: predictionFrom(
          Float64Array.from(test, (row) => row + 10 * seed),
          0,
        ),
        seconds: 3,
      };
    };
    const [split] = splitsOf(numbers, plan, 1);
    const { prediction, seconds } = meanOverSeeds(numbers, split, 1, earlier);
    expect([...prediction.predictions]).toEqual([...split.test].map((row) => row + 5));
    expect(seconds).toBe(6);
  });
});

describe("a run", () => {
  let computed = 0;
  const made = (value: number, test: Int32Array): Made => {
    computed++;
    return { prediction: predictionFrom(new Float64Array(test.length).fill(value), 0), seconds: 0.123 };
  };
  const today: Arm = { name: "today", version: 1, plans: ["full"], run: (_, { test }) => made(1, test) };
  const hgb: Arm = { name: "hgb", version: 1, plans: ["full"], run: (_, { test }) => made(2, test) };
  const mean: Arm = {
    ...{ name: "mean", version: 1, plans: ["full"], combines: { arms: ["today"], allSeeds: true } },
    run: meanOverSeeds,
  };
  const all = [today, hgb, mean];
  const planned = [{ id: "a", sha256: "0123456789", used: 20, columns: 1 }];
  const run = (some: readonly Arm[], places: Places, most = Number.POSITIVE_INFINITY): Promise<number> => {
    let left = most;
    const options = { plan, places, read: async () => numbers, hasTime: () => left-- > 0 };
    return runMissing(jobsOf(planned, some, plan), { ...options, arms: some });
  };
  const placesOf = (name: string): Places => ({
    file: join(folder, `${name}.jsonl`),
    predictions: join(folder, name),
  });

  it("computes no record twice, and continues where it stopped", async () => {
    const places = placesOf("resumed");
    computed = 0;
    expect(await run(all, places, 5)).toBe(5);
    expect(readRecords(places.file).length).toBe(5);
    expect(await run(all, places)).toBe(3 * 8 - 5);
    expect(await run(all, places)).toBe(0);
    expect(computed).toBe(2 * 8);
    expect(new Set(readFileSync(places.file, "utf8").trimEnd().split("\n")).size).toBe(24);
    expect(readRecords(places.file)[0]).toEqual({
      ...{ table: "a", sha256: "01234567", arm: "today", version: "1", plan: "full", seed: 0, fold: 0 },
      ...{ score: expect.any(Number), rows: 20, seconds: 0.12 },
    });
  });

  it("repeats only a record whose line was cut off", async () => {
    const places = placesOf("torn");
    await run([hgb], places);
    const text = readFileSync(places.file, "utf8");
    writeFileSync(places.file, text.slice(0, -10));
    computed = 0;
    expect(await run([hgb], places)).toBe(1);
    expect(computed).toBe(1);
    expect(readFileSync(places.file, "utf8")).toBe(text);
    // Of two runs at once.
    appendFileSync(places.file, text);
    expect(readRecords(places.file).length).toBe(8);
    appendFileSync(places.file, '["a"');
    expect(await run([hgb], places)).toBe(0);
  });

  it("repeats an arm of another version, and those that combine it", async () => {
    const places = placesOf("versions");
    await run(all, places);
    computed = 0;
    expect(await run([{ ...today, version: 2 }, hgb, mean], places)).toBe(16);
    expect(computed).toBe(8);
  });

  it("leaves out what combines predictions that are missing", async () => {
    const places = placesOf("missing");
    const jobs = jobsOf(planned, [mean], plan, all);
    const options = { plan, places, read: async () => numbers, hasTime: () => true };
    expect(await runMissing(jobs, { ...options, arms: all })).toBe(0);
  });

  it("says what is done, and what is left", async () => {
    const places = placesOf("status");
    await run([hgb], places, 2);
    const status = statusOf(jobsOf(planned, all, plan), readRecords(places.file), planned);
    expect(status).toContain("hgb: 2 of 8 records, 0.0 hours left");
    expect(status).toContain("today: 0 of 8 records, unknown hours left");
    expect(status).toContain("all: 2 of 24 records");
  });
});

describe("the report", () => {
  const record = (table: string, arm: string, fold: number, score: number): BenchRecord => ({
    ...{ table, sha256: "01234567", arm, version: "1", plan: "full", seed: 0, fold, score },
    ...{ rows: 20, seconds: 2 },
  });
  const tables = [
    { id: "a", family: "f", task: "binary" as const },
    { id: "b", family: "g", task: "multiclass" as const },
    { id: "c", family: "h", task: "regression" as const },
  ];
  const two: Plan = { ...plan, folds: 2 };
  const records = [
    ...[record("a", "today", 0, 0.7), record("a", "today", 1, 0.9), record("a", "hgb", 0, 0.75)],
    ...[record("a", "hgb", 1, 0.75), record("b", "today", 0, 0.4), record("b", "today", 1, 0.6)],
    ...[record("b", "hgb", 0, 0.5), record("b", "hgb", 1, 0.3), record("c", "today", 0, 0.5)],
  ];

  it("compares scores of tables with those of the reference", () => {
    const names = ["today", "hgb"];
    const scored = scoresOf(records, tables, names, two);
    // The third table lacks a fold.
    expect(scored.map(({ id }) => id)).toEqual(["a", "b"]);
    const [today] = compareArms(scored, names, "hgb");
    expect(today).toMatchObject({ arm: "today", wins: 0.5, behind: 0.5, seconds: 2 });
    expect(today.meanRank.mean).toBe(1.5);
    expect(today.rank).toMatchObject({ mean: 0, low: -1, high: 1 });
    // Of two families drawn twice, both signs in half of the draws.
    expect(today.rank.se).toBeCloseTo(Math.SQRT1_2, 1);
    expect(today.differences.binary?.mean).toBeCloseTo(0.05, 12);
    // A log loss of 0.5 is a quarter more than 0.4.
    expect(today.differences.multiclass?.mean).toBeCloseTo(-0.25, 12);
    expect(today.differences.regression).toBeNull();
  });

  it("draws families, not tables", () => {
    const of = (families: string[]) => bootstrap(families.map((family, i) => ({ family, value: i % 2 })))!;
    expect(of(["f", "f", "g", "g"])).toEqual({ mean: 0.5, se: 0, low: 0.5, high: 0.5 });
    expect(of(["f", "g", "h", "i"]).low).toBe(0);
    expect(ranksOf([0.5, 0.9, 0.5])).toEqual([2.5, 1, 2.5]);
  });

  it("has for each table the geometric mean of what widths are of those of before", () => {
    const family = "a";
    const two = [
      { ...entries[0], id: "t", family },
      { ...entries[0], id: "u", family },
    ];
    const { tables, mean } = widthRatios(
      [
        { table: "t", network: "before", widths: { focal: 0.4, mse: 0.2 } },
        { table: "t", network: "default", widths: { focal: 0.1, mse: 0.2 } },
        { table: "u", network: "before", widths: { focal: 0.4 } },
      ],
      two,
    );
    expect(tables.map(({ id, losses }) => [id, losses])).toEqual([["t", 2]]);
    expect(Math.exp(mean!.mean)).toBeCloseTo(0.5, 12);
  });

  it("is the committed page", () => {
    const at = (name: string): string => fileURLToPath(new URL(`../bench/networks/${name}`, import.meta.url));
    expect(readFileSync(at("RESULTS.md"), "utf8")).toBe(
      pageOf(readRecords(at("results.jsonl")), entries, arms, readWidths(at("widths.jsonl"))),
    );
    for (const { name } of arms) expect(readFileSync(at("README.md"), "utf8")).toContain(`| \`${name}\``);
  });
});
