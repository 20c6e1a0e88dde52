import {
  checkWidths,
  type DatasetReport,
  fitEncoder,
  type Keep,
  listed,
  type OwnModel,
  outputsFor,
  type PlannedTrial,
  type PredictedTrial,
  planQuantised,
  type Quantising,
  type Results,
  type Task,
} from "@minimand/compare";
import { elasticNetwork, quantisableLayers } from "minimand";
import { disposeTree, keyOf } from "minimand/engine";
import { messageOf } from "../error-text.ts";
import { UsageError } from "../failure.ts";
import { tell } from "../printable.ts";
import type { RunOptions } from "./run-options.ts";
import type { Subject } from "./subjects.ts";
import { startTeam } from "./trial-team.ts";

/** What {@link checkQuantize} looks at. */
interface Quantizing {
  keep: Keep;
  task: Task;
  model: OwnModel | undefined;
  subjects: readonly Subject[];
}

/**
 * Tells where there will be no file.
 *
 * @throws UsageError in one line for widths that aren't 2 to 8, and for what can't be quantised
 */
export function checkQuantize(widths: readonly number[], { keep, task, model, subjects }: Quantizing): void {
  if (widths.length === 0) return;
  checkWidths("--quantize", widths);
  if (keep === "trees")
    throw new UsageError(
      "--quantize: expected a network to keep, got --keep trees, which have no weights to quantise",
    );
  if (task === "preference")
    throw new UsageError("--quantize: expected classes or numbers to predict, got pairs (--task preference)");
  for (const { name, dataset } of subjects) {
    const texts = dataset.features.filter(({ kind }) => kind === "text").map((feature) => feature.name);
    if (texts.length > 0)
      tell(
        `${name}: no quantised files will be kept: words of the free text ${listed(texts)} are read by predict, which ONNX has no like of`,
      );
    if (model !== undefined) tryQuantising(model, dataset);
  }
}

/** Lays out the layers of an own model before anything is trained. */
function tryQuantising(own: OwnModel, dataset: Subject["dataset"]): void {
  const { task, classes, rows } = dataset;
  const all = Int32Array.from({ length: rows }, (_, row) => row);
  const { inputs } = fitEncoder(dataset, all);
  try {
    const made = own.make({ inputs, outputs: outputsFor(task, classes.length) });
    const { pieces, variables } = quantisableLayers(made, made.init(keyOf(0)));
    elasticNetwork(pieces);
    disposeTree([variables.params, variables.state]);
  } catch (error) {
    throw new UsageError(`--quantize: ${own.id} can't be quantised: ${messageOf(error)}`);
  }
}

/**
 * Quantises the networks of the trials of each kept candidate, in all widths: those of seeds of which all folds went well, with a budget the
 * first seed alone. What the store holds isn't run again.
 *
 * @param options with the rows that were drawn
 * @returns for each data set; empty where no model is kept
 * @throws as `Team` does
 */
export async function runQuantised(
  options: RunOptions,
  { datasets }: Results,
  widths: readonly number[],
): Promise<PredictedTrial[][]> {
  const { subjects, settings, candidates, budget, workers } = options;
  const chosen = datasets.map((report) => quantisingOf(report, budget !== null));
  const trials = planQuantised(settings, candidates, subjects, options, { widths, chosen });
  const records: PredictedTrial[][] = subjects.map(() => []);
  const team = startTeam(options);
  let [done, seconds, fresh] = [0, 0, 0];
  const finished = (trial: PlannedTrial, own: PredictedTrial[], isFresh: boolean): void => {
    records[trial.subject].push(...own);
    done++;
    if (!isFresh) return;
    fresh++;
    seconds += Math.max(...own.map((record) => record.seconds));
  };
  try {
    await team.run(trials, {
      ...{ sample: settings.sample, label: "quantised networks", total: trials.length, done: 0 },
      finished: ({ trial, records: own, fresh: isFresh }) => finished(trial, own, isFresh),
      wanted: () => true,
      left: () => (fresh === 0 ? null : (1000 * (seconds / fresh) * (trials.length - done)) / workers),
    });
  } finally {
    await team.end();
  }
  // In one order, whatever the order in which workers have finished.
  return records.map((own) => own.sort((a, b) => a.seed - b.seed || a.fold - b.fold));
}

/** The networks of the kept candidate that can be quantised; null where none is kept. */
function quantisingOf({ model, trials }: DatasetReport, firstOnly: boolean): Quantising | null {
  if (model === null) return null;
  const { candidate } = model;
  const own = trials.filter((trial) => trial.candidate === candidate && !(firstOnly && trial.seed > 0));
  const broken = new Set(own.filter(({ status }) => status !== "ok").map(({ seed }) => seed));
  const networks = own.flatMap(({ seed, fold, chosen }) =>
    broken.has(seed) || chosen === null ? [] : [{ seed, fold, configuration: chosen }],
  );
  return { candidate, networks };
}
