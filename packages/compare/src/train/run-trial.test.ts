import { metricById } from "minimand/metrics";
import { describe, expect, it } from "vitest";
import { csv, datasetOf, quick, twoInputs } from "../../../../test/support/datasets.ts";
import { asyncLeakOf } from "../../../../test/support/leaks.ts";
import { tableOf } from "../../../../test/support/tables.ts";
import { seesBags } from "../plan/candidate.ts";
import { candidateById, candidates } from "../plan/candidates.ts";
import { countsOf, firstOf, gridOf } from "../plan/grid.ts";
import type { TrialSpec } from "../plan/trials.ts";
import type { PredictedTrial, Settings } from "../results.ts";
import { makeFolds } from "./fold.ts";
import { predictionKept } from "./kept-predictions.ts";
import { makeTrialRunner } from "./run-trial.ts";

const settings: Settings = { ...quick, seeds: 2 };
const { rows, a, b } = twoInputs(48);
const binary = await datasetOf(csv({ a, b, y: rows.map((i) => (i % 3 === 2 ? "yes" : "no")) }));
const several = await datasetOf(csv({ a, b, y: rows.map((i) => "uvw"[i % 3]) }));
const numbers = (scale: number) =>
  datasetOf(csv({ a, b, y: rows.map((i) => scale * (a[i] - 2 * b[i]) + 100) }), { task: "regression" });

/** All but the time that it took. */
const timeless = (records: PredictedTrial[]): unknown => records.map(({ seconds: _, ...rest }) => rest);

async function runAll(
  dataset: typeof binary,
  specs: TrialSpec[],
  given = settings,
): Promise<PredictedTrial[]> {
  const runner = makeTrialRunner(dataset, given);
  const records: PredictedTrial[] = [];
  for (const spec of specs) records.push(...(await runner.run(spec)));
  runner.dispose();
  return records;
}

describe("makeTrialRunner", () => {
  it("gives the same records in any order of the trials, in one runner or in several", async () => {
    const specs = ["cross-entropy", "aldr-kl", "ensloss"].flatMap((candidate) =>
      [0, 1].flatMap((seed) => [0, 1].map((fold): TrialSpec => ({ candidate, seed, fold }))),
    );
    const forward = await runAll(binary, specs);
    const order = (records: PredictedTrial[]): PredictedTrial[] =>
      records.toSorted(
        (x, y) => x.candidate.localeCompare(y.candidate) || x.seed - y.seed || x.fold - y.fold,
      );
    expect(timeless(order(await runAll(binary, specs.toReversed())))).toEqual(timeless(order(forward)));
    const alone = (await Promise.all(specs.slice(4, 6).map((spec) => runAll(binary, [spec])))).flat();
    expect(timeless(alone)).toEqual(
      timeless(forward.filter((t) => t.candidate === "aldr-kl" && t.seed === 0)),
    );
  });

  it("learns logarithms where it is asked to, and is judged in the target's unit", async () => {
    const text = csv({ a, b, y: rows.map((i) => Math.exp(2 * a[i] - b[i])) });
    const dataset = await datasetOf(text, { task: "regression" });
    const spec: TrialSpec = { candidate: "squared", seed: 0, fold: 0 };
    const given = { ...settings, model: "linear" as const, maxEpochs: 60, patience: 60, configurations: 3 };
    const [linear] = await runAll(dataset, [spec], given);
    const [log] = await runAll(dataset, [spec], { ...given, targetScale: "log" });
    expect(log.metrics.r2).toBeGreaterThan(0.95);
    expect(linear.metrics.r2).toBeLessThan(0.9);
    expect(Math.min(...predictionKept(log.predictions!).prediction.predictions)).toBeGreaterThan(0);
    const constant = { ...spec, candidate: "mean-target" };
    const means = await Promise.all(
      (["linear", "log"] as const).map((targetScale) =>
        runAll(dataset, [constant], { ...given, targetScale }),
      ),
    );
    expect(means[1][0].metrics.r2).toBeCloseTo(means[0][0].metrics.r2!, 12);
  });

  it("gives the linear reference the scale of the target after trees, whose folds it shares, as without them", async () => {
    const text = csv({ a, b, y: rows.map((i) => Math.exp(2 * a[i] - b[i])) });
    const dataset = await datasetOf(text, { task: "regression" });
    const given: Settings = { ...settings, references: ["linear", "trees"], targetScale: "log" };
    const [linear, trees] = ["linear-model", "gradient-boosted-trees"].map((candidate): TrialSpec => {
      return { candidate, seed: 0, fold: 0 };
    });
    const [, after] = await runAll(dataset, [trees, linear], given);
    const [alone] = await runAll(dataset, [linear], given);
    expect(timeless([after])).toEqual(timeless([alone]));
  });

  it("averages the members of a fit, the first of which is the one that was tuned", async () => {
    const spec: TrialSpec = { candidate: "cross-entropy", seed: 1, fold: 1 };
    const [one, two, three] = await Promise.all(
      [1, 2, 3].map((members) => runAll(binary, [spec], { ...settings, members })),
    );
    const probabilities = ([record]: PredictedTrial[]): Float64Array =>
      predictionKept(record.predictions!).prediction.probabilities;
    // Two and three members share the first two, so that the third one's predictions are what differs.
    const third = probabilities(three).map((p, i) => 3 * p - 2 * probabilities(two)[i]);
    expect(third.every((p) => p > -1e-6 && p < 1 + 1e-6)).toBe(true);
    expect(third.some((p, i) => Math.abs(p - probabilities(two)[i]) > 1e-3)).toBe(true);
    expect(three.map(({ tuning, chosen, curve }) => [tuning, chosen, curve])).toEqual(
      two.map(({ tuning, chosen, curve }) => [tuning, chosen, curve]),
    );
    for (const records of [one, two, three])
      expect(records.map(({ candidate, status }) => [candidate, status])).toEqual([
        ["cross-entropy", "ok"],
        ["cross-entropy-threshold", "ok"],
      ]);
    expect(await asyncLeakOf(() => runAll(binary, [spec], { ...settings, members: 2 }))).toBe(0);
  });

  it("trains references as without bins and members", async () => {
    const given: Settings = { ...settings, references: ["linear"] };
    const specs = ["linear-model", "majority-class", "cross-entropy", "linear-model"].map(
      (candidate): TrialSpec => ({ candidate, seed: 0, fold: 0 }),
    );
    const withThem = await runAll(binary, specs, { ...given, bins: 4, members: 2 });
    const without = await runAll(binary, specs, given);
    const ofLinear = (records: PredictedTrial[]): unknown =>
      timeless(records.filter(({ candidate }) => candidate === "linear-model"));
    expect(ofLinear(withThem)).toEqual(ofLinear(without));
  });

  it.each([
    ["binary", binary],
    ["multiclass", several],
  ] as const)("runs every loss of a %s task to a finite score on the test rows", async (task, dataset) => {
    const teacher = Float32Array.from({ length: dataset.classes.length * dataset.rows }, (_, i) =>
      Math.cos(i),
    );
    for (const { id } of candidates.filter((c) => c.tasks.includes(task) && !seesBags(c))) {
      const [record] = await runAll({ ...dataset, teacher, unlabeled: dataset }, [
        { candidate: id, seed: 0, fold: 1 },
      ]);
      expect(record, id).toMatchObject({ candidate: id, seed: 0, fold: 1, status: "ok" });
      const grid = gridOf(candidateById(id, task), 2);
      const tried = record.tuning.map((t) => t.configuration);
      expect(tried.slice(0, 2), id).toEqual(firstOf(grid));
      // One setting on top, and a rate beyond where an end is best: of two rates that is always so.
      expect(tried, id).toHaveLength(countsOf(grid).most);
      expect(record.score, id).toBe(record.metrics["balanced-accuracy"]);
      expect(
        record.confusion!.flat().reduce((sum, n) => sum + n, 0),
        id,
      ).toBe(record.rows.test);
      expect(record.rows.fit + record.rows.validation + record.rows.test).toBe(rows.length);
      // Chosen: the best on the validation part, whose curve it is.
      const best = Math.max(...record.tuning.map((t) => t.validation!));
      expect(Math.max(...record.curve), id).toBe(best);
      expect(record.tuning.find((t) => t.validation === best)?.configuration, id).toEqual(record.chosen);
    }
  });

  it("adds cross-entropy with a tuned threshold, whose probabilities and areas are the same", async () => {
    const [plain, tuned] = await runAll(binary, [{ candidate: "cross-entropy", seed: 0, fold: 0 }]);
    expect(tuned.candidate).toBe("cross-entropy-threshold");
    expect(tuned.metrics["roc-auc"]).toBe(plain.metrics["roc-auc"]);
    expect(tuned.metrics["log-loss"]).toBe(plain.metrics["log-loss"]);
    expect(await runAll(several, [{ candidate: "cross-entropy", seed: 0, fold: 0 }])).toHaveLength(1);
  });

  it("keeps what it predicts, with the rows: the score follows from it", async () => {
    for (const [dataset, candidate] of [
      [binary, "cross-entropy"],
      [several, "cross-entropy"],
      [await numbers(7), "squared"],
    ] as const) {
      const metric = metricById(dataset.task === "regression" ? "rmse" : "balanced-accuracy");
      const given = { ...settings, metric: metric.id };
      for (const { predictions, score } of await runAll(dataset, [{ candidate, seed: 0, fold: 1 }], given)) {
        const { ids, prediction } = predictionKept(predictions!);
        const part = {
          labels: Int32Array.from(ids, (row) => dataset.labels[row]),
          targets: Float64Array.from(ids, (row) => dataset.targets[row]),
        };
        expect(metric.evaluate({ ...part, ...prediction })).toBe(score);
      }
    }
  });

  it("answers with the most frequent class as a reference", async () => {
    const [record] = await runAll(binary, [{ candidate: "majority-class", seed: 0, fold: 0 }]);
    expect(record).toMatchObject({
      status: "ok",
      score: 0.5,
      chosen: null,
      tuning: [],
      epochs: 0,
      curve: [],
    });
    expect(record.confusion).toEqual([
      [16, 0],
      [8, 0],
    ]);
  });

  it("measures numbers in units of the file", async () => {
    const dataset = await numbers(1000);
    const [test] = makeFolds(dataset, settings, 0).map((fold) => fold);
    const mean = test.fit.targets.reduce((sum, v) => sum + v, 0) / test.fit.rows;
    const [reference] = await runAll(dataset, [{ candidate: "mean-target", seed: 0, fold: 0 }]);
    const squares = [...test.test.targets].map((v) => (v - mean) ** 2);
    expect(reference.metrics.rmse).toBeCloseTo(
      Math.sqrt(squares.reduce((sum, v) => sum + v, 0) / squares.length),
      6,
    );
  });

  it("learns the same of numbers in another unit", async () => {
    for (const { id } of candidates.filter((c) => c.tasks.includes("regression") && !seesBags(c))) {
      const [small] = await runAll(await numbers(1), [{ candidate: id, seed: 0, fold: 0 }]);
      const [large] = await runAll(await numbers(1024), [{ candidate: id, seed: 0, fold: 0 }]);
      expect(small.status, id).toBe("ok");
      expect(large.score, id).toBeCloseTo(small.score!, 3);
      expect(large.metrics.rmse! / small.metrics.rmse!, id).toBeCloseTo(1024, 0);
    }
  });

  it("tunes by the metric that is asked for, where lower is better too", async () => {
    const [record] = await runAll(binary, [{ candidate: "cross-entropy", seed: 0, fold: 0 }], {
      ...settings,
      metric: "log-loss",
    });
    expect(record.score).toBe(record.metrics["log-loss"]);
    const best = Math.min(...record.tuning.map((t) => t.validation!));
    expect(Math.min(...record.curve)).toBe(best);
    expect(record.tuning.find((t) => t.validation === best)?.configuration).toEqual(record.chosen);
  });

  it("trains the linear model as well", async () => {
    const [record] = await runAll(binary, [{ candidate: "hinge", seed: 0, fold: 0 }], {
      ...settings,
      model: "linear",
    });
    expect(record.status).toBe("ok");
  });

  it("judges on a second file", async () => {
    const table = await tableOf("y,b,a\nyes,0.1,2\nno,0.2,0\nno,0.9,1\n");
    const runner = makeTrialRunner(binary, { ...settings, test: "t.csv" }, { testTable: table });
    const [record] = await runner.run({ candidate: "focal", seed: 0, fold: 0 });
    runner.dispose();
    expect(record.rows).toMatchObject({ test: 3 });
    expect(record.rows.fit + record.rows.validation).toBe(39);
    expect([...predictionKept(record.predictions!).ids]).toEqual([0, 1, 2]);
  });

  it("leaves no buffer behind over trials of several losses", async () => {
    const runner = makeTrialRunner(binary, { ...settings, maxEpochs: 1 });
    const once = async (): Promise<void> => {
      for (const candidate of ["cross-entropy", "aldr-kl", "ensloss", "majority-class"])
        await runner.run({ candidate, seed: 0, fold: 0 });
    };
    expect(await asyncLeakOf(once)).toBe(0);
    runner.dispose();
  });
});
