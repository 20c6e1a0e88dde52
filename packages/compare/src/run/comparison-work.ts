import { mostFinalists } from "../judge/decision/decide.ts";
import { isReference, type PlannedCandidate } from "../plan/candidate.ts";
import { keepable } from "../plan/candidates.ts";
import type { Prepared } from "../plan/prepared.ts";
import { type PlannedTrial, planFinals, planTrials } from "../plan/trials.ts";
import type { PredictedTrial } from "../results.ts";
import { makeCosts } from "./costs.ts";
import { canBeShort, timeForAllRows } from "./kept-rows.ts";
import type { Work } from "./plan-within.ts";
import type { RunOptions } from "./run-options.ts";
import type { Finished, Team } from "./team.ts";

/** A comparison of data sets as {@link Work} of a team. */
export interface ComparisonWork extends Work {
  /**
   * The same trials, fold by fold, as many candidates at a time as there are workers: each worker then mostly stays with the one that it
   * has compiled.
   */
  abreast(trials: readonly PlannedTrial[]): PlannedTrial[];
  /** Of each data set, what was found or run with a sample. */
  records(sample: number | null): PredictedTrial[][];
  /** The number of trials of the whole plan. */
  total: number;
  /** Those of them that are finished, with a sample. */
  done(sample: number | null): number;
  /** Milliseconds of the kept models' fits on all rows. */
  fitOfAll(): number;
}

/** What fine-tuning a network in one width takes, about: the number of its steps doesn't depend on that of the rows. */
const secondsOfWidth = 2;

/** What is planned and what of it is finished, with one sample. */
interface Plan {
  first: PlannedTrial[];
  further: PlannedTrial[] | null;
  records: PredictedTrial[][];
  done: Set<PlannedTrial>;
}

/** What {@link workOf} asks for. */
export interface WorkParts {
  /** Numbers of rows that can be drawn instead of all, smallest first. */
  samples: readonly number[];
  /** The finalists of each data set, from the trials of the first seed. */
  finalists(sample: number | null, records: readonly PredictedTrial[][]): string[][];
}

/** What is planned of further seeds: runs of all folds, and how many take part in each. */
function laterSeeds({ settings, candidates, summaries, subjects }: Omit<Prepared, "baseline">) {
  const folds = settings.test === null ? settings.folds : 1;
  const ranked = summaries.filter(({ kind }) => kind !== "reference").length;
  return {
    runs: subjects.length * (settings.seeds - 1) * folds,
    // The baseline has further seeds whether there are finalists or not.
    taking: 1 + Math.min(mostFinalists, ranked - 1),
    beside: candidates.filter(isReference).length,
  };
}

/** Returns the number of trials of a whole plan, with as many finalists as there may be. */
export function trialsOfAll(prepared: Omit<Prepared, "baseline">): number {
  const { settings, candidates, subjects } = prepared;
  const folds = settings.test === null ? settings.folds : 1;
  const { runs, taking, beside } = laterSeeds(prepared);
  return subjects.length * folds * (1 + candidates.length) + runs * (taking + beside);
}

/** Returns the work of a comparison: its plan with each sample that is asked for, and what of it is finished. */
export function workOf(options: RunOptions, team: Team, { samples, finalists }: WorkParts): ComparisonWork {
  const { subjects, settings, candidates, summaries, baseline, keep, quantize, workers, earlier, budget } =
    options;
  const costs = makeCosts(options);
  const folds = settings.test === null ? settings.folds : 1;
  const ranked = new Set(summaries.filter(({ kind }) => kind !== "reference").map(({ id }) => id));
  const beside = new Set(candidates.filter(isReference).map(({ id }) => id));
  const partners = [baseline, keepable.linear, keepable.trees];
  const kept: readonly string[] =
    keep === "auto" ? [baseline] : keep === "ensemble" ? partners : [keepable[keep]];
  const { runs, taking } = laterSeeds(options);
  const total = trialsOfAll(options);
  const plans = new Map<number | null, Plan>();
  let fresh = 0;

  const planFor = (sample: number | null): Plan => {
    const known = plans.get(sample);
    if (known !== undefined) return known;
    const trials = planTrials({ ...settings, sample }, candidates, subjects, options);
    const first = byFolds(trials, candidates, baseline);
    const plan: Plan = { first, further: null, records: subjects.map(() => []), done: new Set() };
    plans.set(sample, plan);
    return plan;
  };
  const secondsOf = (trials: readonly PlannedTrial[], sample: number | null): number =>
    trials.reduce((sum, trial) => sum + costs.of(trial, sample), 0);
  const open = (trials: readonly PlannedTrial[], sample: number | null): PlannedTrial[] => {
    const { done } = planFor(sample);
    return trials.filter((trial) => !done.has(trial));
  };
  /** Of a trial's time, what a kept model takes: a network has one configuration, of which each member is trained; trees are one of several models. */
  const shareOf = (id: string): number => {
    if (id === keepable.trees) return 0.6;
    const members = id === keepable.linear ? 1 : settings.members;
    return (1.6 * members) / (settings.configurations + members - 1);
  };
  /** Seconds of the kept models' fits. */
  const secondsOfKept = (sample: number | null): number => {
    const { first } = planFor(sample);
    const trials = first.filter(({ spec }) => kept.includes(spec.candidate) && spec.fold === 0);
    return trials.reduce((sum, trial) => sum + shareOf(trial.spec.candidate) * costs.of(trial, sample), 0);
  };
  const fitOfAll = (): number => 1000 * secondsOfKept(null);
  /** The kept model of each data set: on all rows, or on those that were drawn where there is no time for that. */
  const after = (sample: number | null): number => {
    const seconds = secondsOfKept(sample);
    if (sample !== null && budget !== null && canBeShort(options))
      return Math.max(1000 * seconds, timeForAllRows(fitOfAll(), budget));
    if (quantize.length === 0) return 1000 * seconds;
    // Under a budget the networks of the first seed are trained again, and quantised as the kept ones are.
    const again = (folds * seconds) / workers;
    const tuning = quantize.length * subjects.length * secondsOfWidth * (1 + folds / workers);
    return 1000 * (seconds + again + tuning);
  };
  const timeOfAll = (sample: number | null): number => {
    const { first, further: known } = planFor(sample);
    const likely = first.filter(({ spec }) => ranked.has(spec.candidate));
    const references = first.filter(({ spec }) => beside.has(spec.candidate));
    const later =
      known === null
        ? (runs * taking * secondsOf(likely, sample)) / likely.length +
          (settings.seeds - 1) * secondsOf(references, sample)
        : secondsOf(open(known, sample), sample);
    return (1000 * (secondsOf(open(first, sample), sample) + later)) / workers;
  };

  const furtherOf = (sample: number | null): PlannedTrial[] => {
    const plan = planFor(sample);
    plan.further ??= planFinals(
      { ...settings, sample },
      candidates,
      subjects,
      options,
      finalists(sample, plan.records),
    );
    return plan.further;
  };
  const noting =
    (sample: number | null) =>
    ({ trial, records: own, fresh: isFresh }: Finished): void => {
      const { records, done } = planFor(sample);
      records[trial.subject].push(...own);
      done.add(trial);
      if (isFresh) fresh++;
      // One that failed for good took no time that says anything.
      if (own[0].unavailable === undefined) costs.saw(trial, sample, own[0].seconds);
    };

  return {
    ...(earlier !== undefined && { earlier }),
    samples,
    folds,
    seeds: settings.seeds,
    workers,
    costs,
    total,
    open,
    after,
    fitOfAll,
    timeOfAll,
    // The tuned threshold is of the trials of cross-entropy.
    needed: new Set([baseline, ...kept, "cross-entropy"]),
    first: (sample) => planFor(sample).first,
    further: furtherOf,
    async recall(sample) {
      const { first } = planFor(sample);
      const absent = await team.recall(open(first, sample), noting(sample));
      if (absent.length === 0) await team.recall(open(furtherOf(sample), sample), noting(sample));
    },
    async run(trials, sample, asked) {
      const { done } = planFor(sample);
      await team.run(open(trials, sample), {
        sample,
        total,
        ...asked,
        done: done.size,
        finished: noting(sample),
      });
    },
    abreast: (trials) => abreast(trials, candidates, workers),
    records: (sample) => planFor(sample).records,
    done: (sample) => planFor(sample).done.size,
    fresh: () => fresh,
  };
}

/** Fold by fold. The first ones are those that say most about how long the others take: the baseline, and what a library trains. */
function byFolds(
  trials: readonly PlannedTrial[],
  candidates: readonly PlannedCandidate[],
  baseline: string,
): PlannedTrial[] {
  const trees = new Set(candidates.filter(({ kind }) => kind === "trees").map(({ id }) => id));
  const place = ({ spec: { candidate } }: PlannedTrial): number =>
    candidate === baseline ? 0 : trees.has(candidate) ? 1 : 2;
  return trials.toSorted((a, b) => a.spec.fold - b.spec.fold || place(a) - place(b));
}

function abreast(
  trials: readonly PlannedTrial[],
  candidates: readonly PlannedCandidate[],
  workers: number,
): PlannedTrial[] {
  // The reference that learns nothing is not among them, and comes first.
  const places = new Map(candidates.map(({ id }, i) => [id, i + 1]));
  const place = ({ spec }: PlannedTrial): number => places.get(spec.candidate) ?? 0;
  const group = (trial: PlannedTrial): number => Math.floor(place(trial) / workers);
  return trials.toSorted(
    (a, b) =>
      a.spec.seed - b.spec.seed ||
      a.subject - b.subject ||
      group(a) - group(b) ||
      a.spec.fold - b.spec.fold ||
      place(a) - place(b),
  );
}
