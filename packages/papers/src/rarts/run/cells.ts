import type { numpy as np } from "@jax-js/jax";
import {
  averageNetworks,
  discardSearch,
  runSearch,
  type SearchState,
  UnboundedSearchError,
} from "@minimand/lab/architecture";
import { predictor } from "minimand";
import { derive, disposeTree, refTree, type Tree } from "minimand/engine";
import { NonFiniteError } from "minimand/training";
import { part } from "../../kit/part.ts";
import { programsOf } from "../../kit/programs.ts";
import { cosine } from "../../kit/schedules.ts";
import { mean } from "../../kit/statistics.ts";
import type { TrialHost } from "../../reproduction.ts";
import { type CellConfiguration, cellArm } from "./arms.ts";
import { pairs, type Split, splitDigits } from "./data.ts";
import { retrained } from "./retraining.ts";
import { type SpaceName, search as size, spaces } from "./settings.ts";
import { nameOf, searchOf, startOf, supernetOf } from "./spaces.ts";
import { accuracyAt } from "./training.ts";

/** One search by gradients. */
export interface CellSpec {
  part: "cell";
  space: SpaceName;
  arm: string;
  configuration: CellConfiguration;
  seed: number;
  /**
   * `table`: the cell is looked up later. Otherwise it is retrained on both halves and judged, on the rows of the test or of
   * tuning.
   */
  judge: "table" | "test" | "tune";
  fraction: number;
}

export interface CellResult {
  part: "cell";
  /** Null where the search diverged. */
  cell: string | null;
  /** Largest softmax weight of each edge other than none, in the mean. */
  decided: number;
  gradients: number;
  seconds: number;
  /** Accuracy of the supernet on the test rows: the network of the training half, its twin, their mean. */
  test: { weights: number; twin: number | null; average: number | null };
  /** Accuracy after retraining; null where the table has it. */
  retrained: number | null;
}

const predictors = programsOf<ReturnType<typeof predictor>>();

/** Searches for a cell; equal seeds share rows, start and batches. */
export async function cellTrial(spec: CellSpec, host: TrialHost): Promise<CellResult> {
  const { space, judge } = spec;
  const split = await splitDigits(host, spec.seed);
  const search = searchOf(space, spec.arm, host.compile);
  const { learningRate, alphaRate, lambda, beta } = spec.configuration;
  const hyper = { learningRate, alphaRate, ...(cellArm(spec.arm).kind === "rarts" && { lambda, beta }) };
  const count = part(spaces[space].steps, spec.fraction, 3);
  const started = performance.now();
  let state = startOf(space, search, spec.seed, hyper);
  try {
    let step = 0;
    for (const batch of pairs(split, size.batch, count, derive(spec.seed, 74))) {
      // A cosine to 0 over the search, as in DARTS, for the weights.
      const now = { ...state.hyper, learningRate: learningRate * cosine(step++, count) };
      state = { ...state, hyper: now };
      state = await runSearch({ search, state, batches: [batch], signal: host.signal });
    }
  } catch (error) {
    if (!(error instanceof NonFiniteError || error instanceof UnboundedSearchError)) throw error;
    const nothing = { cell: null, decided: 0, test: unseen, retrained: 0, seconds: 0 };
    return { part: "cell", ...nothing, gradients: count * search.gradientsPerStep };
  }
  const seconds = (performance.now() - started) / 1000;
  const genotype = supernetOf(space).discretise(state.architecture as np.Array);
  const result: CellResult = {
    part: "cell",
    cell: nameOf(space, genotype),
    decided: decidedness((state.architecture as np.Array).ref.js() as number[][]),
    gradients: count * search.gradientsPerStep,
    seconds,
    test: judge === "tune" ? unseen : await testOf(space, state, split, host),
    retrained: judge === "table" ? null : await retrained(space, genotype, split, { ...spec, judge }, host),
  };
  discardSearch(state);
  return result;
}

const unseen: CellResult["test"] = { weights: 0, twin: null, average: null };

/** Largest weight other than none of each edge, in the mean. */
function decidedness(alpha: readonly number[][]): number {
  const weights = alpha.map((row) => {
    const total = row.reduce((s, v) => s + Math.exp(v), 0);
    return Math.exp(Math.max(...row.slice(1))) / total;
  });
  return mean(weights);
}

async function testOf(
  space: SpaceName,
  { networks, architecture }: SearchState,
  { test }: Split,
  host: TrialHost,
): Promise<CellResult["test"]> {
  const predict = predictors(host.compile, space, () => predictor(supernetOf(space), host.compile));
  const of = (weights: Tree): Promise<number> => accuracyAt(predict, { weights, architecture }, test);
  const weights = await of(networks.weights);
  if (!("twin" in networks)) return { weights, twin: null, average: null };
  const average = averageNetworks(refTree(networks.weights), refTree(networks.twin));
  const result = { weights, twin: await of(networks.twin), average: await of(average) };
  disposeTree(average);
  return result;
}
