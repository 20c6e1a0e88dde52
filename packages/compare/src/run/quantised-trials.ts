import { type PlannedTrial, planQuantised, type Quantising } from "../plan/trials.ts";
import type { DatasetReport, PredictedTrial, Results } from "../results.ts";
import type { RunOptions } from "./run-options.ts";

/**
 * Quantises the networks of the trials of each kept candidate, in all widths: those of seeds of which all folds went well, with a budget the
 * first seed alone. What is there already isn't run again.
 *
 * @param options with the rows that were drawn
 * @returns for each data set; empty where no model is kept, and where there are no widths
 * @throws as `Team` does
 */
export async function runQuantised(options: RunOptions, { datasets }: Results): Promise<PredictedTrial[][]> {
  const { subjects, settings, candidates, quantize: widths, budget, workers } = options;
  if (widths.length === 0) return [];
  const chosen = datasets.map((report) => quantisingOf(report, budget !== null));
  const trials = planQuantised(settings, candidates, subjects, options, { widths, chosen });
  const records: PredictedTrial[][] = subjects.map(() => []);
  const team = options.team();
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
      sample: settings.sample,
      label: "quantised networks",
      total: trials.length,
      done: 0,
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
