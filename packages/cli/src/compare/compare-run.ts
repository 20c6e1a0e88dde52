import {
  type CandidateSummary,
  finalistsFor,
  isReference,
  mostFinalists,
  type PlannedCandidate,
  type PlannedTrial,
  type PredictedTrial,
  planFinals,
  planTrials,
  sampleRows,
} from "@minimand/compare";
import { tell } from "../printable.ts";
import { plural } from "../report/format.ts";
import { type Budget, leastFolds, repeatsThatFit, rowsThatFit } from "./budget.ts";
import { shareDataset } from "./share-dataset.ts";
import { startTeam, type Team, type TeamOptions } from "./trial-team.ts";

/** What {@link runTrials} needs. */
export interface RunOptions extends TeamOptions {
  summaries: readonly CandidateSummary[];
  /** Id of the baseline. */
  baseline: string;
  budget: Budget | null;
  /** Whether three folds are run however long they take. */
  patient?: boolean;
  versions: Record<string, string>;
}

/** What was run. */
export interface Ran {
  records: PredictedTrial[][];
  /** How a budget has cut the plan; empty where nothing is missing. */
  cut: string[];
}

/** Whether a stored file holds the records of a trial. */
export function areRecords(value: unknown): value is PredictedTrial[] {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((v) => typeof v === "object" && v !== null && "candidate" in v && "predictions" in v)
  );
}

/**
 * Runs all trials that the store doesn't hold yet: all candidates on the first seed, then baseline, finalists and references of each
 * data set on the others.
 *
 * A budget cuts seeds of the finalists first, whose number is fixed before the first of them, then folds, of which three remain.
 *
 * @throws as {@link Team} does
 */
export async function runTrials(options: RunOptions): Promise<Ran> {
  const { subjects, settings, candidates, summaries, store, workers } = options;
  const first = planTrials(settings, candidates, subjects, options);
  const folds = settings.test === null ? settings.folds : 1;
  const ranked = summaries.filter(({ kind }) => kind !== "reference").length;
  const taking = Math.min(mostFinalists, ranked - 1) + 1 + candidates.filter(isReference).length;
  const total = first.length + subjects.length * (settings.seeds - 1) * taking * folds;
  const team = startTeam(options, total);
  const cut: string[] = [];
  try {
    const ran = await runFirst(team, abreast(first, candidates, workers), folds, options);
    if (ran < folds) cut.push(`${ran} of ${folds} folds`);
    const doubts = store.doubts();
    if (doubts !== null) tell(doubts);
    const finalists = subjects.map(({ dataset, testTable }, i) =>
      ran < folds ? [] : finalistsFor(dataset, testTable, settings, summaries, team.records[i]),
    );
    const pursued = finalists.some((ids) => ids.length > 0) || ran < folds;
    const final = planFinals(settings, candidates, subjects, options, finalists);
    const seeds = ran < folds ? 0 : await runFinals(team, final, finalists, options);
    if (pursued && seeds < settings.seeds - 1)
      cut.push(`${plural(seeds + 1, "seed")} of ${settings.seeds} for the finalists`);
    if (team.fresh() === 0) tell(`all ${total} trials are there already`);
  } finally {
    await team.end();
  }
  return { records: team.records, cut };
}

/**
 * Runs the first seed, with a budget fold by fold; returns the number of folds that were run.
 *
 * @throws TooSlow where a part of the first fold shows that three don't fit
 */
async function runFirst(
  team: Team,
  trials: readonly PlannedTrial[],
  folds: number,
  { budget, workers, patient = false }: RunOptions,
): Promise<number> {
  if (budget === null) {
    await team.run(trials);
    return folds;
  }
  const begun = performance.now();
  for (let fold = 0; fold < folds; fold++) {
    const started = performance.now();
    const own = trials.filter(({ spec }) => spec.fold === fold);
    const piece = fold === 0 ? 4 * workers : own.length;
    for (let at = 0; at < own.length; at += piece) {
      await team.run(own.slice(at, at + piece));
      const each = (performance.now() - begun) / Math.max(1, team.fresh());
      const needed = each * (own.length * Math.min(leastFolds, folds) - team.fresh());
      if (!patient && fold === 0 && needed > 1.2 * budget.left()) throw new TooSlow(needed);
    }
    const took = performance.now() - started;
    if (fold + 1 >= leastFolds && fold + 1 < folds && took > budget.left()) return fold + 1;
  }
  return folds;
}

/** Runs as many of the further seeds as the budget has room for; returns their number. */
async function runFinals(
  team: Team,
  trials: readonly PlannedTrial[],
  finalists: readonly (readonly string[])[],
  { settings, candidates, workers, budget, baseline }: RunOptions,
): Promise<number> {
  const wanted = settings.seeds - 1;
  if (trials.length === 0) return wanted;
  if (budget === null) {
    await team.run(abreast(trials, candidates, workers));
    return wanted;
  }
  // What the same candidates took on the first seed.
  const beside = candidates.filter(isReference).map(({ id }) => id);
  const each = finalists.flatMap((ids, subject) =>
    team.records[subject].filter(
      ({ candidate, seed }) => seed === 0 && [baseline, ...ids, ...beside].includes(candidate),
    ),
  );
  const seconds = each.reduce((sum, trial) => sum + trial.seconds, 0) / workers;
  const planned = repeatsThatFit(budget.left(), 1000 * seconds, wanted);
  for (let seed = 1; seed <= planned; seed++) {
    const started = performance.now();
    await team.run(
      abreast(
        trials.filter(({ spec }) => spec.seed === seed),
        candidates,
        workers,
      ),
    );
    if (performance.now() - started > budget.left()) return seed;
  }
  return planned;
}

/** Three folds of all candidates would take so many milliseconds more, which is too long. */
class TooSlow extends Error {
  readonly needed: number;

  constructor(needed: number) {
    super("too slow");
    this.needed = needed;
  }
}

/**
 * As {@link runTrials}, with fewer rows where three folds of all candidates don't fit into the budget otherwise: as many as a trial of
 * the baseline says, and fewer again where the first trials take longer than that.
 *
 * @returns the run, and what it was of
 */
export async function runWithin(
  options: RunOptions,
  budget: Budget,
): Promise<{ taken: RunOptions; ran: Ran }> {
  let needed = await timeNeeded(options, budget);
  let taken = options;
  for (;;) {
    const all = Math.max(...taken.subjects.map(({ dataset }) => dataset.rows));
    const rows = rowsThatFit(budget.left(), needed, all);
    // Where rows can't be fewer, three folds are run however long they take.
    const patient = rows === null && needed > budget.left();
    if (rows !== null) taken = withRows(options, rows);
    try {
      return { taken, ran: await runTrials({ ...taken, patient }) };
    } catch (error) {
      if (!(error instanceof TooSlow)) throw error;
      ({ needed } = error);
    }
  }
}

/** The same run with so many rows at most of each data set. */
function withRows(options: RunOptions, rows: number): RunOptions {
  return {
    ...options,
    settings: { ...options.settings, sample: rows },
    subjects: options.subjects.map((subject) => {
      const { dataset } = subject;
      if (dataset.rows <= rows) return subject;
      return { ...subject, dataset: shareDataset(sampleRows(dataset, rows, 0)) };
    }),
  };
}

/** Milliseconds that three folds of all candidates take, by a trial of the baseline on each data set. */
async function timeNeeded(options: RunOptions, budget: Budget): Promise<number> {
  const { subjects, settings, candidates, workers, baseline } = options;
  const probes = planTrials(settings, candidates, subjects, options).filter(
    ({ spec }) => spec.candidate === baseline && spec.fold === 0,
  );
  const few = { ...options, workers: Math.min(workers, probes.length) };
  const team = startTeam(few, probes.length, "trials that measure the time");
  try {
    await team.run(probes);
  } finally {
    await team.end();
  }
  const seconds = team.records.map((own) => own.find(({ candidate }) => candidate === baseline)!.seconds);
  const folds = settings.test === null ? leastFolds : 1;
  const all = seconds.reduce((sum, one) => sum + one, 0);
  // The kept model of each data set is trained on all rows, with one configuration.
  budget.setAside((1000 * 1.5 * all) / settings.configurations);
  return (1000 * all * folds * candidates.length) / workers;
}

/**
 * The trials of each repeat and data set, so many candidates at a time fold by fold: each worker then mostly stays with the
 * one that it has compiled.
 */
function abreast(
  trials: readonly PlannedTrial[],
  candidates: readonly PlannedCandidate[],
  workers: number,
): PlannedTrial[] {
  // The reference that learns nothing is none of them, and comes first.
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
