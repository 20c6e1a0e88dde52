import { afterEach, describe, expect, it, vi } from "vitest";
import { csv, datasetOf, quick, twoInputs } from "../../../../test/support/datasets.ts";
import { tableOf } from "../../../../test/support/tables.ts";
import { chooseCandidates, linearReference, treesReference } from "../plan/index.ts";
import type { OwnModel } from "../plan/own-parts.ts";
import { planTrials } from "../plan/trials.ts";
import type { PredictedTrial, Settings } from "../results.ts";
import { makeFolds } from "./fold.ts";
import { predictionKept } from "./kept-predictions.ts";
import * as trees from "./references/trees.ts";
import { makeTrialRunner } from "./run-trial.ts";

vi.mock("./references/trees.ts", { spy: true });
const trained = vi.mocked(trees.trainTrees);
afterEach(() => void vi.resetAllMocks());

const settings: Settings = { ...quick, references: ["linear", "trees"], losses: ["focal"] };
const { rows, a, b } = twoInputs(80);
const colours = rows.map((i) => ["red", "", "blue"][i % 3]);
const truth = rows.map((i) => (colours[i] === "blue" || a[i] > 1.2 ? "yes" : "no"));
const dataset = await datasetOf(csv({ a: a.map((v, i) => (i % 9 ? v : "")), b, colours, y: truth }));

async function run(
  candidate: string,
  given: Partial<Settings> = {},
  { data = dataset, ...options }: Parameters<typeof makeTrialRunner>[2] & { data?: typeof dataset } = {},
): Promise<PredictedTrial> {
  const runner = makeTrialRunner(data, { ...settings, ...given }, options);
  const [record] = await runner.run({ candidate, seed: 0, fold: 0 });
  runner.dispose();
  return record;
}

describe("gradient-boosted trees as a reference", () => {
  it("choose one of their settings by validation and predict the test part, from raw columns", async () => {
    const record = await run(treesReference.id);
    const [fold] = makeFolds(dataset, settings, 0);
    expect(record).toMatchObject({ status: "ok", tuning: [{}, {}] });
    expect(treesReference.grid).toContainEqual(record.chosen);
    expect(predictionKept(record.predictions!).ids).toEqual(fold.testRows);
    expect(record.score).toBeGreaterThan(0.8);
    const [[tuned], [final]] = trained.mock.calls;
    expect(tuned.labels).toEqual(fold.fit.labels);
    expect([...final.labels]).toEqual([...fold.fit.labels, ...fold.validation.labels]);
    expect(final.columns[2]).toContain("blue");
    expect([...final.columns[0]].some(Number.isNaN)).toBe(true);
    const best = Math.max(...record.tuning.map(({ validation }) => validation!));
    expect(record.tuning.find(({ validation }) => validation === best)?.configuration).toEqual(record.chosen);
    const { seconds: _, ...once } = record;
    const { seconds: __, ...again } = await run(treesReference.id);
    expect(again).toEqual(once);
  });

  it("learn from the labels and rows of the losses, noise and thinning included", async () => {
    const noisy = { labelNoise: 0.3, imbalance: 3 };
    await run(treesReference.id, noisy);
    const [fold] = makeFolds(dataset, { ...settings, ...noisy }, 0);
    const seen = trained.mock.calls[1][0];
    expect([...seen.labels]).toEqual([...fold.fit.labels, ...fold.validation.labels]);
    expect([...seen.columns[1]]).toEqual([...fold.fitRows, ...fold.validationRows].map((row) => b[row]));
    expect([...seen.labels]).not.toEqual(
      [...fold.fitRows, ...fold.validationRows].map((row) => dataset.labels[row]),
    );
  });

  it("predict numbers, and the rows of a second file that have a target", async () => {
    const y = rows.map((i) => 1000 + 40 * a[i] - (colours[i] === "red" ? 90 : 0));
    const data = await datasetOf(csv({ a, b, colours, y }), { task: "regression" });
    expect((await run(treesReference.id, {}, { data })).score).toBeGreaterThan(0.5);
    const testTable = await tableOf(
      `y,more,colours,b,a\n${y[0]},1,red,${b[0]},${a[0]}\n,2,red,0,0\n${y[2]},3,blue,${b[2]},${a[2]}\n`,
    );
    const { predictions } = await run(treesReference.id, {}, { data, testTable });
    const { predictions: numbers } = predictionKept(predictions!).prediction;
    expect(numbers).toHaveLength(2);
    for (const [i, row] of [0, 2].entries()) expect(Math.abs(numbers[i] - y[row])).toBeLessThan(60);
  });

  it("leave free text out, and say so where there is nothing else", async () => {
    const note = rows.map((i) => `the ${colours[i]} one came late by ${i} days and was sent back again`);
    const columns = { note, y: truth };
    const types = { note: "text" } as const;
    const mixed = await datasetOf(csv({ b, ...columns }), { types });
    const plain = await datasetOf(csv({ b, y: truth }));
    const of = async (data: typeof dataset) => (await run(treesReference.id, {}, { data })).predictions;
    expect(await of(mixed)).toEqual(await of(plain));
    const testTable = await tableOf(
      csv({ b: b.slice(0, 9), note: note.slice(0, 9), y: truth.slice(0, 9) }),
      "t.csv",
    );
    expect(await run(treesReference.id, {}, { data: mixed, testTable })).toMatchObject({ status: "ok" });
    const only = await datasetOf(csv(columns), { types });
    expect((await run(treesReference.id, {}, { data: only })).unavailable).toBe(
      "trees take no free text, and there are no other inputs",
    );
  });

  it("that fail are not available, which says why, and stop where they are told to", async () => {
    trained.mockRejectedValueOnce(new Error("no memory left"));
    expect(await run(treesReference.id)).toMatchObject({
      status: "diverged",
      score: null,
      predictions: null,
      unavailable: "no memory left",
    });
    const runner = makeTrialRunner(dataset, settings);
    const stopped = runner.run(
      { candidate: treesReference.id, seed: 0, fold: 0 },
      AbortSignal.abort(new Error("stop")),
    );
    await expect(stopped).rejects.toThrow("stop");
    runner.dispose();
  });
});

describe("the linear model as a reference", () => {
  it("is what cross-entropy and squared error make of a linear model", async () => {
    const anonymous = ({ candidate: _, seconds: __, ...rest }: PredictedTrial): unknown => rest;
    const own = await run(linearReference.id, { hidden: [4] });
    expect(anonymous(own)).toEqual(anonymous(await run("cross-entropy", { model: "linear" })));
    expect(anonymous(own)).not.toEqual(anonymous(await run("cross-entropy", { hidden: [4] })));
    const data = await datasetOf(csv({ a, b, y: rows.map((i) => 3 * a[i] - b[i] + 7) }), {
      task: "regression",
    });
    expect(anonymous(await run(linearReference.id, {}, { data }))).toEqual(
      anonymous(await run("squared", { model: "linear" }, { data })),
    );
  });
});

describe("references in the plan", () => {
  const ids = (given: Partial<Settings>): string[] =>
    chooseCandidates({ ...settings, ...given }, "binary").map(({ id }) => id);
  const both = [linearReference.id, treesReference.id];

  it("come last, and are left out where they are not wanted or make no sense", () => {
    expect(ids({}).slice(-2)).toEqual(both);
    expect(ids({ references: [] })).not.toContain(both[0]);
    expect(ids({ references: ["trees"] }).filter((id) => both.includes(id))).toEqual([both[1]]);
    expect(ids({ model: "linear" }).filter((id) => both.includes(id))).toEqual([both[1]]);
    expect(ids({ bagColumn: "bag", losses: "auto" }).filter((id) => both.includes(id))).toEqual([]);
  });

  it("have keys of what decides them, and of nothing else", () => {
    const subject = { dataset, sha256: "", testSha256: null, teacherSha256: null, unlabeledSha256: null };
    const host = { versions: {}, engine: { name: "wasm", version: "1", threads: 1 } as const };
    const keys = (given: Partial<Settings>, id: string, model?: Pick<OwnModel, "id">): unknown[] => {
      const all = { ...settings, ...given };
      return planTrials(all, chooseCandidates(all, "binary"), [subject], { ...host, model })
        .filter(({ spec }) => spec.candidate === id)
        .map(({ key }) => key);
    };
    for (const id of both) {
      expect(keys({}, id)).toHaveLength(2);
      expect(keys({ hidden: [9], seeds: 9 }, id, { id: "own" })).toEqual(keys({}, id));
      expect(keys({ imbalance: 4 }, id)).not.toEqual(keys({}, id));
    }
    const [linear, boosted] = both;
    expect(keys({ maxEpochs: 9, patience: 1 }, boosted)).toEqual(keys({}, boosted));
    expect(keys({ maxEpochs: 9 }, linear)).not.toEqual(keys({}, linear));
    expect(keys({}, boosted)[0]).toMatchObject({ candidate: { library: "ydf-training 0.0.1" } });
  });
});
