import type { numpy as np } from "@jax-js/jax";
import { NativeUnavailableError, nativeCompiler } from "@minimand/native";
import type { Head } from "minimand";
import type { Compile } from "minimand/engine";
import { metricById } from "minimand/metrics";
import { describe, expect, it } from "vitest";
import { csv, datasetOf, twoInputs } from "../../../../test/support/datasets.ts";
import { asyncLeakOf } from "../../../../test/support/leaks.ts";
import { minimisedBy, type NetworkCandidate, seesBags } from "../plan/candidate.ts";
import { candidateById, candidateFor, candidates } from "../plan/candidates.ts";
import { methods } from "../plan/methods.ts";
import type { Configuration } from "../results.ts";
import { makeFolds } from "./fold.ts";
import { makeLearner, type Run, type TrainSettings } from "./learner.ts";
import { discard, makeNetwork } from "./network.ts";

const native = await nativeCompiler({ warn: () => {} }).catch((error: unknown) => {
  if (!(error instanceof NativeUnavailableError)) throw error;
  return null;
});
/** Batches no trials, but is otherwise the same. */
const single =
  native && Object.assign(((f: never) => native(f)) as unknown as Compile, { loop: native.loop });

// Four steps an epoch, so that 15 epochs are 60 steps.
const settings: TrainSettings = { model: "mlp", hidden: [4], maxEpochs: 15, patience: 15, batchSize: 16 };
const info = { task: "binary", classes: 2, metric: "balanced-accuracy" } as const;
const metric = metricById("log-loss");
const { rows, a, b } = twoInputs(150);
const dataset = await datasetOf(csv({ a, b, y: rows.map((i) => (a[i] > 2 * b[i] ? "yes" : "no")) }));
const [fold] = makeFolds(
  { ...dataset, teacher: Float32Array.from({ length: 300 }, (_, i) => Math.cos(i)), unlabeled: dataset },
  { folds: 2, labelNoise: 0, imbalance: null },
  0,
);
const rates = [0.002, 0.01];

const networks = new Map<string, ReturnType<typeof makeNetwork>>();
function networkWith(head: Head | undefined, compile: Compile) {
  const key = `${head} ${compile === native}`;
  const network = networks.get(key) ?? makeNetwork(fold.inputs, "binary", 2, { ...settings, head }, compile);
  networks.set(key, network);
  return network;
}

async function runsOf(
  candidate: NetworkCandidate,
  compile: Compile,
  learningRates = rates,
  given = settings,
): Promise<(Omit<Run, "trained"> & { params: number[] | null })[]> {
  const network = networkWith(minimisedBy(candidate).head, compile);
  const learner = makeLearner(network, candidate, info, given, compile);
  const parameters = candidate.settings[0] ?? {};
  const configurations = learningRates.map((learningRate): Configuration => ({ learningRate, parameters }));
  const runs = await learner.trainAll(fold, configurations, { seed: 4, metric });
  learner.dispose();
  return runs.map(({ trained, ...run }) => {
    const params = trained && [...(trained.params as np.Array).ref.dataSync()];
    if (trained !== null) discard(trained);
    return { ...run, params };
  });
}

const losses = candidates.filter((c) => c.tasks.includes("binary") && !seesBags(c));

describe.skipIf(native === null)("trainAll of a learner", () => {
  it.each([...losses.map(({ id }) => id), ...methods.map(({ id }) => id)])(
    "trains configurations of %s as each alone, for 60 steps",
    async (id) => {
      const candidate = losses.some((c) => c.id === id)
        ? candidateById(id, "binary")
        : candidateFor(id, "binary", { baseline: "auto" });
      const [together, alone] = [await runsOf(candidate, native!), await runsOf(candidate, single!)];
      for (const [i, { curve, epochs }] of alone.entries()) {
        expect(together[i].epochs).toBe(epochs);
        expect(together[i].curve).toHaveLength(curve.length);
        for (const [epoch, value] of curve.entries())
          expect(Math.abs(together[i].curve[epoch] - value)).toBeLessThan(
            1e-5 * Math.max(Math.abs(value), 0.1),
          );
      }
    },
  );

  it("lets those that stop early or diverge go, and the others on", async () => {
    const candidate = candidateById("cross-entropy", "binary");
    const early = { ...settings, patience: 1, maxEpochs: 12 };
    const tried = [0.002, 1e38, 0.9, 0.01, 0.3];
    const [together, alone] = [
      await runsOf(candidate, native!, tried, early),
      await runsOf(candidate, single!, tried, early),
    ];
    expect(together).toEqual(alone);
    expect(together[1].params).toBeNull();
    expect(new Set(together.map(({ curve }) => curve.length)).size).toBeGreaterThan(2);
  });

  it("leaks nothing", async () => {
    const candidate = candidateById("focal", "binary");
    const short = { ...settings, maxEpochs: 3, patience: 1 };
    expect(await asyncLeakOf(() => runsOf(candidate, native!, [0.01, 1e38, 0.3], short), 1)).toBe(0);
  });
});
