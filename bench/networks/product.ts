import {
  baselineIdOf,
  defaultSettings,
  linearReference,
  makeTrialRunner,
  single,
  type TrialRunner,
  treesReference,
} from "@minimand/compare";
import { NativeUnavailableError, nativeCompiler } from "@minimand/native";
import type { Compile } from "minimand/engine";
import { startEngine } from "minimand/start";
import { predictionKept } from "../../packages/compare/src/train/kept-predictions.ts";
import type { Made } from "./arm.ts";
import type { Plan, Split } from "./plans.ts";
import type { BenchTable } from "./read.ts";
import { constantPrediction, metricFor } from "./score.ts";

/** The engine that the command uses by default, on one thread. */
async function start(): Promise<{ compile?: Compile }> {
  await startEngine();
  try {
    return { compile: await nativeCompiler({ threads: 1 }) };
  } catch (error) {
    if (!(error instanceof NativeUnavailableError)) throw error;
    process.stderr.write("networks: ONNX Runtime is missing, computing on wasm\n");
    return {};
  }
}

let starting: ReturnType<typeof start> | null = null;

/** Of the last table: it has the encoded rows and the compiled steps. */
let open: { table: BenchTable; plan: Plan; change: Change; runner: TrialRunner } | null = null;

type Change = Partial<typeof defaultSettings>;

async function runnerFor(table: BenchTable, plan: Plan, change: Change): Promise<TrialRunner> {
  if (open?.table === table && open.plan === plan && open.change === change) return open.runner;
  open?.runner.dispose();
  starting ??= start();
  const { folds, seeds, configurations } = plan;
  const metric = metricFor(table.dataset.task);
  const { target } = table.dataset;
  const settings = {
    ...defaultSettings,
    ...single,
    ...{ target, folds, seeds, configurations, metric },
    ...change,
  };
  open = { table, plan, change, runner: makeTrialRunner(table.dataset, settings, await starting) };
  return open.runner;
}

const asIs: Change = {};

/** Runs a trial of the product on a split. */
async function runTrial(
  candidate: string,
  table: BenchTable,
  split: Split,
  seed: number,
  change: Change = asIs,
): Promise<Made> {
  const runner = await runnerFor(table, split.plan, change);
  const before = process.cpuUsage();
  const [trial] = await runner.run({ candidate, seed, fold: split.fold });
  const { user, system } = process.cpuUsage(before);
  const seconds = (user + system) / 1e6;
  if (trial.unavailable !== undefined) throw new Error(`${candidate}: ${trial.unavailable}`);
  if (trial.predictions === null)
    return { prediction: constantPrediction(table.dataset, split), seconds, diverged: true };
  const { ids, prediction } = predictionKept(trial.predictions);
  if (ids.join() !== split.test.join()) throw new Error(`${table.id}: the trial tested other rows`);
  return { prediction, seconds };
}

/** One network without bins, with the baseline loss. */
export const runToday = changed(asIs);

/** The same network, with other settings than the default ones. */
export function changed(change: Change): (table: BenchTable, split: Split, seed: number) => Promise<Made> {
  return (table, split, seed) =>
    runTrial(baselineIdOf({ baseline: "auto" }, table.dataset.task), table, split, seed, change);
}

export const runTrees = (table: BenchTable, split: Split, seed: number): Promise<Made> =>
  runTrial(treesReference.id, table, split, seed);

export const runLinear = (table: BenchTable, split: Split, seed: number): Promise<Made> =>
  runTrial(linearReference.id, table, split, seed);
