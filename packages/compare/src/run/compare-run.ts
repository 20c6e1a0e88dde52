import { listed } from "../data-error.ts";
import { plural } from "../plural.ts";
import type { PredictedTrial } from "../results.ts";
import { finalistsFor } from "./assemble.ts";
import { type ComparisonWork, workOf } from "./comparison-work.ts";
import { type KeptRows, keptRowsOf } from "./kept-rows.ts";
import { type Fitted, runWithin } from "./plan-within.ts";
import { sampled } from "./results-of.ts";
import type { RunOptions } from "./run-options.ts";
import { samplesFor, takeSample } from "./take-sample.ts";

/** What was run. */
export interface Ran {
  /** The options, with the rows that were drawn. */
  taken: RunOptions;
  /** What the kept models are trained on. */
  kept: KeptRows;
  records: PredictedTrial[][];
  /** How a budget has cut the plan; empty where nothing is missing. */
  missing: string[];
  /** Messages to the user about trials that were there already. */
  said: string[];
}

/**
 * Runs all trials that aren't kept yet: all candidates on the first seed, then baseline, finalists and references of each data
 * set on the others. A budget cuts rows first, then folds, then seeds.
 *
 * @throws as {@link Team} does
 */
export async function runTrials(options: RunOptions): Promise<Ran> {
  const { budget, subjects, settings, summaries } = options;
  const team = options.team();
  const work = workOf(options, team, {
    samples: budget === null ? [] : samplesFor(subjects, settings),
    finalists: (sample, records) =>
      subjects.map(({ dataset, testTable }, i) =>
        finalistsFor(takeSample(dataset, sample), testTable, settings, summaries, records[i]),
      ),
  });
  try {
    const { sample, folds, seeds, leftOut } = await (budget === null
      ? runWhole(work)
      : runWithin(work, budget));
    const cut: string[] = [];
    if (leftOut.size > 0)
      cut.push(
        `${plural(leftOut.size, "candidate")} of ${options.candidates.length} left out, the slowest: ${listed([...leftOut])}`,
      );
    if (folds < work.folds) cut.push(`${folds} of ${work.folds} folds`);
    if (seeds < work.seeds) cut.push(`${plural(seeds, "seed")} of ${work.seeds} for the finalists`);
    const doubts = team.doubts();
    const taken = withSample(without(options, leftOut), sample);
    const known = new Set(taken.summaries.map(({ id }) => id));
    const records = work
      .records(sample)
      .map((own) => (leftOut.size === 0 ? own : own.filter(({ candidate }) => known.has(candidate))));
    return {
      taken,
      kept: keptRowsOf(options, taken, sample === null ? 0 : work.fitOfAll()),
      records,
      missing: [...sampled(taken), ...cut],
      said: [
        ...(doubts === null ? [] : [doubts]),
        ...(work.fresh() === 0 ? [nothingRun(work, sample, cut.length > 0)] : []),
      ],
    };
  } finally {
    await team.end();
  }
}

/** Says which trials were finished before, where none was run. */
function nothingRun(work: ComparisonWork, sample: number | null, isCut: boolean): string {
  const { total } = work;
  if (!isCut)
    return `all ${total} trials${sample === null ? "" : ` with ${sample} rows`} are already finished`;
  return `${work.done(sample)} of ${total} trials are already finished, and there was no time for another`;
}

/**
 * Without a budget: everything, as many candidates at a time as there are workers, so that each mostly stays with the one that it has
 * compiled.
 */
async function runWhole(work: ComparisonWork): Promise<Fitted> {
  const asked = {
    wanted: () => true,
    left: () => (work.costs.known() ? work.timeOfAll(null) + work.after(null) : null),
  };
  await work.run(work.abreast(work.first(null)), null, asked);
  await work.run(work.abreast(work.further(null)), null, asked);
  return { sample: null, folds: work.folds, seeds: work.seeds, leftOut: new Set() };
}

/** The same run without some candidates. */
function without(options: RunOptions, leftOut: ReadonlySet<string>): RunOptions {
  if (leftOut.size === 0) return options;
  const { candidates, summaries } = options;
  return {
    ...options,
    candidates: candidates.filter(({ id }) => !leftOut.has(id)),
    summaries: summaries.filter(({ id }) => !leftOut.has(id)),
  };
}

/** The same run with at most a given number of rows of each data set. */
function withSample(options: RunOptions, sample: number | null): RunOptions {
  if (sample === null) return options;
  return {
    ...options,
    settings: { ...options.settings, sample },
    subjects: options.subjects.map((subject) => {
      return { ...subject, dataset: takeSample(subject.dataset, sample) };
    }),
  };
}
