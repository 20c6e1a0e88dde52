import { type ElasticVariables, type QuantConfig, uniformConfigs } from "minimand";
import { derive } from "minimand/engine";
import {
  encodeConfigs,
  enumerateConfigs,
  geneticSearch,
  type LayerSizes,
  type SearchSpace,
  sampleConfigs,
  trainAccuracyPredictor,
} from "minimand/quantization";
import { mean } from "../../kit/statistics.ts";
import type { TrialHost } from "../../reproduction.ts";
import { type Judge, judgeOf } from "./accuracy.ts";
import { formOf, judgedForms } from "./arms.ts";
import type { Material } from "./data.ts";
import { widths } from "./network.ts";
import { bits, type Sizes } from "./settings.ts";

/** What the search of one network came to. */
export interface SearchResult {
  /** Kendall's tau between predicted and measured accuracies that the predictor hasn't seen, and of least squares on the same numbers. */
  tau: number;
  linearTau: number;
  /** Configurations of the three layers, and those whose mean bits are allowed, which all are measured. */
  all: number;
  allowed: number;
  /** Accuracies on held images of the best of all that are allowed, of what the search found by measuring, and by the predictor. */
  best: number;
  measured: number;
  predicted: number;
  /** Whether the search among all configurations found the one that the predictor likes best. */
  foundPredicted: boolean;
  /** How many configurations the searches looked at: by measuring, by the predictor, and by it among all. */
  looks: { measured: number; predicted: number; all: number };
  /** On test images: what was found by measuring, and all layers at the same width. */
  test: number;
  uniformTest: number;
}

const layers: LayerSizes[] = widths
  .slice(1)
  .map((outputs, l) => ({ weights: outputs * widths[l], activations: widths[l] }));

const nameOf = (configs: readonly QuantConfig[]): string =>
  JSON.stringify(configs.map(({ weightBits, actBits }) => [weightBits, actBits]));

/** Mixed widths, by all that there are, by measuring and by a predictor. */
export async function searchTrial(
  variables: ElasticVariables,
  { held, test }: Material,
  { seed, sizes }: { seed: number; sizes: Sizes },
  { compile }: TrialHost,
): Promise<SearchResult> {
  const judge = judgeOf(variables, held, compile);
  const { learned, judged } = sizes;
  const samples = sampleConfigs({ layers, bits, count: learned + judged, seed: derive(seed, 6) });
  const features = samples.map((configs) => encodeConfigs(configs, { bits }));
  const accuracies = await allOf(judge, samples);
  const seen = [features.slice(0, learned), accuracies.slice(0, learned)] as const;
  const predictor = await trainAccuracyPredictor(...seen, {
    seed: derive(seed, 7),
    ...(sizes.predictorEpochs !== null && { epochs: sizes.predictorEpochs }),
  });
  const unseen = [features.slice(learned), accuracies.slice(learned)] as const;
  const tau = kendall([...(await predictor.predict(unseen[0]))], unseen[1]);
  const linearTau = kendall(unseen[0].map(leastSquares(...seen)), unseen[1]);

  const form = formOf(judgedForms[1]);
  const everything: SearchSpace = { layers, bits, form, target: { weight: 8, act: 8 }, tolerance: 8 };
  const most = sizes.searched;
  const space = { ...everything, target: { weight: most, act: most } };
  const all = enumerateConfigs(everything);
  const predictions = await predictor.predict(all.map((configs) => encodeConfigs(configs, { bits })));
  const guesses = new Map(all.map((configs, i) => [nameOf(configs), predictions[i]]));
  predictor.dispose();
  const truth = new Map<string, number>();
  for (const configs of enumerateConfigs(space)) truth.set(nameOf(configs), await judge(configs));
  judge.dispose();

  const { generations } = sizes;
  const search = (among: SearchSpace, table: Map<string, number>) =>
    geneticSearch({
      ...among,
      generations,
      seed: derive(seed, 8),
      fitness: (configs) => table.get(nameOf(configs))!,
    });
  const found = await search(space, truth);
  const guessed = await search(space, guesses);
  const amongAll = await search(everything, guesses);
  const onTest = judgeOf(variables, test, compile);
  // The widest that all layers can have at these mean bits.
  const width = bits.findLast((own) => own <= most)!;
  const result: SearchResult = {
    tau,
    linearTau,
    all: all.length,
    allowed: truth.size,
    best: Math.max(...truth.values()),
    measured: found.fitness,
    predicted: truth.get(nameOf(guessed.configs))!,
    foundPredicted: amongAll.fitness === Math.max(...predictions),
    looks: {
      measured: found.evaluations,
      predicted: guessed.evaluations,
      all: amongAll.evaluations,
    },
    test: await onTest(found.configs),
    uniformTest: await onTest(uniformConfigs(layers.length, { bits: width, ...form })),
  };
  onTest.dispose();
  return result;
}

async function allOf(judge: Judge, configs: readonly QuantConfig[][]): Promise<number[]> {
  const found: number[] = [];
  for (const own of configs) found.push(await judge(own));
  return found;
}

/** Kendall's tau-b: pairs in the same order, without those that are tied. */
export function kendall(a: readonly number[], b: readonly number[]): number {
  let [agree, ofA, ofB] = [0, 0, 0];
  for (let i = 0; i < a.length; i++)
    for (let j = 0; j < i; j++) {
      const [da, db] = [Math.sign(a[i] - a[j]), Math.sign(b[i] - b[j])];
      agree += da * db;
      ofA += da ** 2;
      ofB += db ** 2;
    }
  return agree / Math.sqrt(ofA * ofB);
}

/** A line through the features by least squares with a little ridge: what a predictor has to be better than. */
export function leastSquares(
  features: readonly (readonly number[])[],
  values: readonly number[],
): (row: readonly number[]) => number {
  const middle = mean(values);
  const d = features[0].length;
  // Normal equations, by elimination: symmetric and positive definite.
  const rows = Array.from({ length: d }, (_, i) => [
    ...Array.from({ length: d }, (_, j) =>
      features.reduce((sum, row) => sum + row[i] * row[j], i === j ? 0.1 : 0),
    ),
    features.reduce((sum, row, n) => sum + row[i] * (values[n] - middle), 0),
  ]);
  for (let i = 0; i < d; i++)
    for (let k = 0; k < d; k++) {
      if (k === i) continue;
      const factor = rows[k][i] / rows[i][i];
      for (let j = i; j <= d; j++) rows[k][j] -= factor * rows[i][j];
    }
  const slopes = rows.map((row, i) => row[d] / row[i]);
  return (row) => row.reduce((sum, x, i) => sum + x * slopes[i], middle);
}
