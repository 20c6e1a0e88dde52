import type { numpy as np } from "@jax-js/jax";
import {
  type ArchitectureSearch,
  adamw,
  averageNetworks,
  type Bilevel,
  bilevelOf,
  type CellSupernet,
  cellSupernet,
  chain,
  clipByGlobalNorm,
  darts,
  discardSearch,
  enumerateGenotypes,
  type Genotype,
  genotypeName,
  NonFiniteError,
  predictor,
  randomSearch,
  rarts,
  runSearch,
  type SearchBatch,
  type SearchState,
  sgd,
  singleLevel,
  UnboundedSearchError,
} from "minimand";
import { derive, disposeTree, keyOf, refTree, type Tree } from "minimand/engine";
import { batchCrossEntropy, type Network } from "../kit/networks.ts";
import { part } from "../kit/part.ts";
import { programsOf } from "../kit/programs.ts";
import type { Labelled } from "../kit/rows.ts";
import { cosine } from "../kit/schedules.ts";
import { mean } from "../kit/statistics.ts";
import { discard } from "../kit/train-network.ts";
import type { TrialHost } from "../reproduction.ts";
import { type CellArm, type CellConfiguration, cellArm } from "./arms.ts";
import { drawn, pairs, type Split, splitDigits } from "./data.ts";
import { candidate, network, retraining, search as size, tableSeeds } from "./settings.ts";
import { accuracyAfter, accuracyAt, plainNetwork } from "./training.ts";

export const supernet: CellSupernet = cellSupernet(network);

/** One search by gradients. */
export interface CellSpec {
  part: "cell";
  arm: string;
  configuration: CellConfiguration;
  seed: number;
  /** `tune`: the cell is retrained on both halves and judged on the rows of tuning. */
  judge: "table" | "tune";
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
  /** Tuning only: accuracy on the rows of tuning after retraining. */
  validation: number | null;
}

/** A random search at the budget of second-order DARTS. */
export interface RandomSpec {
  part: "random";
  seed: number;
  fraction: number;
}
export interface RandomResult {
  part: "random";
  cell: string;
  judged: number;
  gradients: number;
  seconds: number;
}

/** One cell of the space, retrained on both halves and tested. */
export interface TableSpec {
  part: "table";
  cell: number;
  seed: number;
  fraction: number;
}
export interface TableResult {
  part: "table";
  cell: string;
  accuracy: number;
}

export const space = enumerateGenotypes(supernet.space);
export const nameOf = (genotype: Genotype): string => genotypeName(genotype, network.nodes);

/** The search of an arm, as the settings say. */
export function cellSearch(
  arm: CellArm,
  problem: Bilevel<SearchBatch>,
  compile: TrialHost["compile"],
): ArchitectureSearch {
  const options = {
    optimizer: ({ learningRate }: { [name: string]: np.Array }) =>
      chain(clipByGlobalNorm(5), sgd(learningRate, { momentum: size.momentum })),
    // The decay is that of DARTS.
    architectureOptimizer: ({ alphaRate }: { [name: string]: np.Array }) =>
      adamw(alphaRate, { b1: 0.5, weightDecay: size.alphaDecay }),
    compile,
  };
  if (arm.kind === "single") return singleLevel(problem, options);
  if (arm.kind === "darts")
    return arm.order === 1
      ? darts(problem, { ...options, order: 1 })
      : darts(problem, { ...options, order: 2, hypergradient: arm.hypergradient });
  const { order, architectureLosses } = arm;
  return rarts(problem, { ...options, order: order as "jacobi", architectureLosses });
}

const searches = programsOf<ArchitectureSearch>();
const predictors = programsOf<ReturnType<typeof predictor>>();
const networks = programsOf<Network>();

export const problem = bilevelOf(supernet, batchCrossEntropy);
export const searchOf = (id: string, compile: TrialHost["compile"]): ArchitectureSearch =>
  searches(compile, id, () => cellSearch(cellArm(id), problem, compile));

/** The start of a seed: the same for all arms. */
export function startOf(
  search: ArchitectureSearch,
  seed: number,
  hyper: { [name: string]: number },
): SearchState {
  const { params } = supernet.init(keyOf(seed, 73));
  return search.init(params.weights, params.architecture, { hyper });
}

/** Searches for a cell; equal seeds share rows, start and batches. */
export async function cellTrial(spec: CellSpec, host: TrialHost): Promise<CellResult> {
  const split = await splitDigits(host, spec.seed);
  const search = searchOf(spec.arm, host.compile);
  const { learningRate, alphaRate, beta } = spec.configuration;
  const arm = cellArm(spec.arm);
  const hyper = { learningRate, alphaRate, ...(arm.kind === "rarts" && { beta, lambda: 1 }) };
  const count = part(size.steps, spec.fraction, 3);
  const started = performance.now();
  let state = startOf(search, spec.seed, hyper);
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
    const nothing = { cell: null, decided: 0, test: unseen, validation: 0, seconds: 0 };
    return { part: "cell", ...nothing, gradients: count * search.gradientsPerStep };
  }
  const seconds = (performance.now() - started) / 1000;
  const genotype = supernet.discretise(state.architecture as np.Array);
  const result: CellResult = {
    part: "cell",
    cell: nameOf(genotype),
    decided: decidedness((state.architecture as np.Array).ref.js() as number[][]),
    gradients: count * search.gradientsPerStep,
    seconds,
    test: spec.judge === "table" ? await testOf(state, split, host) : unseen,
    validation: spec.judge === "tune" ? await retrained(genotype, split, split.tuning, spec, host) : null,
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
  { networks, architecture }: SearchState,
  { test }: Split,
  host: TrialHost,
): Promise<CellResult["test"]> {
  const predict = predictors(host.compile, "supernet", () => predictor(supernet, host.compile));
  const of = (weights: Tree): Promise<number> => accuracyAt(predict, { weights, architecture }, test);
  const weights = await of(networks.weights);
  if (!("twin" in networks)) return { weights, twin: null, average: null };
  const average = averageNetworks(refTree(networks.weights), refTree(networks.twin));
  const result = { weights, twin: await of(networks.twin), average: await of(average) };
  disposeTree(average);
  return result;
}

/** Programs of a discrete cell. */
function discrete(genotype: Genotype, compile: TrialHost["compile"]): Network {
  return networks(compile, nameOf(genotype), () =>
    plainNetwork(supernet.build(genotype), retraining, compile),
  );
}

/** Accuracy of a cell that was trained afresh on both halves. */
function retrained(
  genotype: Genotype,
  { both }: Split,
  judged: Labelled,
  { seed, fraction }: { seed: number; fraction: number },
  host: TrialHost,
): Promise<number> {
  const network = discrete(genotype, host.compile);
  const { learningRate } = retraining;
  return accuracyAfter(
    network,
    network.step.init(keyOf(seed, 75), { hyper: { learningRate } }),
    { train: both, judged },
    { ...retraining, epochs: part(retraining.epochs, fraction, 1), seed: derive(seed, 76) },
    host.signal,
  );
}

export async function tableTrial(spec: TableSpec, host: TrialHost): Promise<TableResult> {
  const genotype = space[spec.cell];
  const split = await splitDigits(host, spec.seed);
  const accuracy = await retrained(genotype, split, split.test, spec, host);
  return { part: "table", cell: nameOf(genotype), accuracy };
}

/** Random search with as many gradients as second-order DARTS has: each cell is trained on one half and judged on the other. */
export async function randomTrial(spec: RandomSpec, host: TrialHost): Promise<RandomResult> {
  const split = await splitDigits(host, spec.seed);
  const count = part(candidate.steps, spec.fraction, 10);
  const started = performance.now();
  const budget = 5 * part(size.steps, spec.fraction, 3);
  const { best, judged } = await randomSearch({
    sample: (next) => space[Math.floor(next() * space.length)],
    key: nameOf,
    budget,
    seed: derive(spec.seed, 79),
    async evaluate(genotype) {
      const { step, predict } = discrete(genotype, host.compile);
      let state = step.init(keyOf(spec.seed, 80), { hyper: { learningRate: candidate.learningRate } });
      const none = new Int32Array(0);
      for (const batch of drawn(split.train, candidate.batch, count, derive(spec.seed, 81))) {
        const [next, metrics] = step.update(state, { ...batch, ids: none, rows: candidate.batch });
        state = next;
        await metrics.loss.data();
      }
      const score = await accuracyAt(predict, state.params, split.val);
      discard(state);
      return { score, cost: count };
    },
  });
  return {
    part: "random",
    cell: nameOf(best.candidate),
    judged: judged.length,
    gradients: judged.reduce((sum, { cost }) => sum + cost, 0),
    seconds: (performance.now() - started) / 1000,
  };
}

/** Every cell of the space with every seed of the table. */
export const tableSpecs = (fraction: number): TableSpec[] =>
  tableSeeds.flatMap((seed) => space.map((_, cell) => ({ part: "table", cell, seed, fraction })));

/** Mean accuracy of each cell over the seeds. */
export function meanTable(results: readonly { cell: string; accuracy: number }[]): Record<string, number> {
  const seeds = results.length / space.length;
  const means = Object.fromEntries(space.map((genotype) => [nameOf(genotype), 0]));
  for (const { cell, accuracy } of results) means[cell] += accuracy / seeds;
  return means;
}
