import type { numpy as np } from "@jax-js/jax";
import { keyOf } from "minimand/engine";
import { metricById } from "minimand/metrics";
import { describe, expect, it } from "vitest";
import { csv, datasetOf } from "../../../../test/support/datasets.ts";
import { asyncLeakOf, liveBuffers } from "../../../../test/support/leaks.ts";
import {
  type BuildInfo,
  type LossCandidate,
  minimisedBy,
  type NetworkCandidate,
  seesBags,
} from "../plan/candidate.ts";
import { candidateById, candidateFor, candidates } from "../plan/candidates.ts";
import { firstOf, gridOf } from "../plan/grid.ts";
import { methods } from "../plan/methods.ts";
import { makeFolds } from "./fold.ts";
import { batchSizeFor, makeLearner, type TrainSettings } from "./learner.ts";
import { discard, makeNetwork, type Trained } from "./network.ts";

const settings: TrainSettings = { model: "mlp", hidden: [4], maxEpochs: 3, patience: 3, batchSize: 16 };
const info: BuildInfo = { task: "binary", classes: 2, metric: "balanced-accuracy" };
const metric = metricById("balanced-accuracy");
const wave = Array.from({ length: 50 }, (_, i) => Math.sin(i * i));
const dataset = await datasetOf(
  csv({
    a: wave.map((v, i) => v + (i % 2)),
    b: wave.map((v) => v * v),
    y: wave.map((_, i) => (i % 2 ? "yes" : "no")),
  }),
);
const teacher = Float32Array.from({ length: 2 * dataset.rows }, (_, i) => Math.cos(i));
const [fold] = makeFolds(
  { ...dataset, teacher, unlabeled: dataset },
  { folds: 2, labelNoise: 0, imbalance: null },
  0,
);
const network = makeNetwork(fold.inputs, "binary", 2, settings);
const valuesOf = ({ params }: Trained): number[] => [...(params as np.Array).ref.dataSync()];

/** The parameters that a candidate starts from: one epoch without a step. */
async function startOf(candidate: NetworkCandidate, seed: number): Promise<number[]> {
  const own = makeNetwork(fold.inputs, "binary", 2, { ...settings, head: minimisedBy(candidate).head });
  const learner = makeLearner(own, candidate, info, settings);
  const [parameters] = gridOf(candidate, 1).settings;
  const { trained } = await learner.trainFor(1, fold, { learningRate: 0, parameters }, { seed });
  // Not the biases, which are 0 and fewer with a cosine head.
  const values = valuesOf(trained).filter((value) => value !== 0);
  discard(trained);
  learner.dispose();
  own.dispose();
  return values;
}

const exploding: LossCandidate = {
  ...(candidateById("cross-entropy", "binary") as LossCandidate),
  id: "exploding",
  loss:
    () =>
    (f, _y, { weights }) => {
      weights?.dispose();
      return f.sum(-1).mul(Number.POSITIVE_INFINITY);
    },
};

describe("makeLearner", () => {
  it("starts every loss from the same parameters on the same fold and seed", async () => {
    const first = await startOf(candidateById("cross-entropy", "binary"), 7);
    expect(new Set(first).size).toBeGreaterThan(10);
    for (const candidate of candidates.filter((c) => c.tasks.includes("binary") && !seesBags(c)))
      expect(await startOf(candidate, 7), candidate.id).toEqual(first);
    expect(await startOf(candidateById("cross-entropy", "binary"), 8)).not.toEqual(first);
  });

  it.each(methods.map((m) => m.id))("trains with %s, from the same start", async (id) => {
    const candidate = candidateFor(id, "binary", { baseline: "auto" });
    expect(await startOf(candidate, 7)).toEqual(await startOf(candidateById("cross-entropy", "binary"), 7));
    const learner = makeLearner(network, candidate, info, { ...settings, maxEpochs: 8, patience: 8 });
    const [configuration] = firstOf(gridOf(candidate, 4));
    const before = liveBuffers();
    const run = await learner.train(fold, configuration, { seed: 1, metric });
    expect(run.curve).toHaveLength(8);
    expect(run.validation).toBeGreaterThan(0);
    discard(run.trained!);
    const again = await learner.train(fold, configuration, { seed: 1, metric });
    discard(again.trained!);
    learner.dispose();
    expect(liveBuffers()).toBeLessThanOrEqual(before);
  });

  it("refuses distillation from data without a teacher", async () => {
    const learner = makeLearner(network, candidateById("dhkd", "binary"), info, settings);
    const { teacher: _, ...fit } = fold.fit;
    const training = learner.trainFor(
      1,
      { ...fold, fit },
      { learningRate: 0.01, parameters: { alpha: 1 } },
      { seed: 1 },
    );
    await expect(training).rejects.toThrow(/^candidate dhkd: expected the logits of a teacher/);
    learner.dispose();
  });

  it("learns from the teacher: with much weight a student comes near to its logits, also on one head", async () => {
    const wanted = Float32Array.from({ length: 2 * fold.fit.rows }, (_, i) => {
      const z = fold.fit.x[Math.floor(i / 2) * fold.inputs];
      return i % 2 ? 2 * z : -2 * z;
    });
    const distance = async (alpha: number) => {
      const learner = makeLearner(network, candidateById("binary-kl-norm", "binary"), info, settings);
      const { trained } = await learner.trainFor(
        40,
        { ...fold, fit: { ...fold.fit, teacher: wanted } },
        { learningRate: 0.02, parameters: { alpha } },
        { seed: 1 },
      );
      const outputs = await network.outputs(trained, fold.fit);
      discard(trained);
      learner.dispose();
      return outputs.reduce((sum, v, i) => sum + Math.abs(v - wanted[i]), 0) / outputs.length;
    };
    expect(await distance(10)).toBeLessThan(0.5 * (await distance(0)));
  });

  it("stops early, keeps the best epoch, and reports it", async () => {
    const learner = makeLearner(network, candidateById("cross-entropy", "binary"), info, {
      ...settings,
      maxEpochs: 40,
      patience: 3,
    });
    const run = await learner.train(fold, { learningRate: 0.03, parameters: {} }, { seed: 1, metric });
    expect(run.curve.length).toBeLessThanOrEqual(Math.min(40, run.epochs + 3));
    expect(run.validation).toBe(Math.max(...run.curve));
    expect(run.epochs).toBe(1 + run.curve.indexOf(run.validation!));
    // The parameters are those of that epoch: training for so many epochs gives them again.
    const { trained: again } = await learner.trainFor(
      run.epochs,
      fold,
      { learningRate: 0.03, parameters: {} },
      { seed: 1 },
    );
    expect(valuesOf(again)).toEqual(valuesOf(run.trained!));
    discard(again);
    discard(run.trained!);
    learner.dispose();
  });

  it("takes class weights into account only where classes differ in size", async () => {
    const weighted = makeLearner(
      network,
      candidateById("class-weighted-cross-entropy", "binary"),
      info,
      settings,
    );
    const plain = makeLearner(network, candidateById("cross-entropy", "binary"), info, settings);
    const configuration = { learningRate: 0.01, parameters: {} };
    const parametersAfter = async (learner: typeof plain, skew: boolean): Promise<number[]> => {
      const labels = skew ? fold.fit.labels.map((label, i) => (i % 3 ? 0 : label)) : fold.fit.labels;
      const counts = [0, 1].map((k) => labels.filter((label) => label === k).length);
      const part = { ...fold, fit: { ...fold.fit, labels }, classCounts: counts };
      const { trained } = await learner.trainFor(2, part, configuration, { seed: 3 });
      const values = valuesOf(trained);
      discard(trained);
      return values;
    };
    const [positive, negative] = [1, 0].map((k) => fold.fit.labels.filter((label) => label === k).length);
    expect(positive).toBe(negative);
    expect(await parametersAfter(weighted, false)).toEqual(await parametersAfter(plain, false));
    expect(await parametersAfter(weighted, true)).not.toEqual(await parametersAfter(plain, true));
    weighted.dispose();
    plain.dispose();
  });

  it("ends a run that diverges with nothing, and leaves nothing behind", async () => {
    const learner = makeLearner(network, exploding, info, settings);
    const configuration = { learningRate: 0.01, parameters: {} };
    const run = (): ReturnType<typeof learner.train> =>
      learner.train(fold, configuration, { seed: 1, metric });
    expect(await run()).toEqual({ trained: null, validation: null, epochs: 0, curve: [] });
    expect(await asyncLeakOf(run)).toBe(0);
    learner.dispose();
  });

  it("ends a run whose outputs overflow on the validation part likewise", async () => {
    const learner = makeLearner(network, candidateById("mae", "binary"), info, settings);
    const far = { ...fold, validation: { ...fold.validation, x: fold.validation.x.map(() => 3e38) } };
    const run = (): ReturnType<typeof learner.train> =>
      learner.train(far, { learningRate: 0.5, parameters: {} }, { seed: 1, metric });
    expect(await run()).toMatchObject({ trained: null, validation: null });
    expect(await asyncLeakOf(run)).toBe(0);
    learner.dispose();
  });

  it("leaves no buffer behind that nobody owns", async () => {
    const learner = makeLearner(network, candidateById("focal", "binary"), info, settings);
    const configuration = { learningRate: 0.01, parameters: { gamma: 2 } };
    const once = async (): Promise<void> => {
      const run = await learner.train(fold, configuration, { seed: 1, metric });
      discard(run.trained!);
      discard((await learner.trainFor(1, fold, configuration, { seed: 1 })).trained);
    };
    expect(await asyncLeakOf(once)).toBe(0);
    learner.dispose();
  });

  it("stops where it is told to, with the reason given", async () => {
    const learner = makeLearner(network, candidateById("focal", "binary"), info, settings);
    const reason = new Error("enough");
    const signal = AbortSignal.abort(reason);
    const options = { seed: 1, metric, signal };
    const configuration = { learningRate: 0.01, parameters: { gamma: 2 } };
    await expect(learner.train(fold, configuration, options)).rejects.toBe(reason);
    const before = liveBuffers();
    await expect(learner.train(fold, configuration, options)).rejects.toBe(reason);
    expect(liveBuffers()).toBe(before);
    learner.dispose();
  });
});

describe("makeNetwork", () => {
  it("predicts rows alike alone and among others, however many", async () => {
    const learner = makeLearner(network, candidateById("cross-entropy", "binary"), info, settings);
    const { trained } = await learner.trainFor(1, fold, { learningRate: 0.01, parameters: {} }, { seed: 1 });
    const rows = 300;
    const x = Float32Array.from({ length: rows * fold.inputs }, (_, i) => Math.cos(i));
    const all = await network.predict(trained, { x, rows }, fold.target);
    const last = await network.predict(
      trained,
      { x: x.slice((rows - 1) * fold.inputs), rows: 1 },
      fold.target,
    );
    expect(all.probabilities).toHaveLength(2 * rows);
    expect([...last.probabilities]).toEqual([...all.probabilities.slice(-2)]);
    discard(trained);
    learner.dispose();
  });

  it("refuses outputs that are not finite", async () => {
    const params = network.model.init(keyOf(1)).params as np.Array;
    const huge = params.mul(0).add(3e38);
    const x = new Float32Array(fold.inputs).fill(1e6);
    await expect(
      network.predict({ params: huge, state: {} }, { x, rows: 1 }, { mean: 0, sd: 1 }),
    ).rejects.toThrow(/^output: expected a finite number/);
    huge.dispose();
  });
});

it("small data take batches of about a quarter of their rows", () => {
  expect([80, 137, 224, 491, 20_000].map((rows) => batchSizeFor(rows, 128))).toEqual([16, 32, 64, 128, 128]);
  expect(batchSizeFor(10, 128)).toBe(16);
  expect(batchSizeFor(491, 8)).toBe(8);
});
