import type { PlannedTrial } from "../plan/trials.ts";
import { type Budget, leastFolds } from "./budget.ts";
import type { Costs } from "./costs.ts";

/** A comparison as a budget sees it: what there is to run, how it is run, and what it costs. */
export interface Work {
  /** Numbers of rows that can be drawn instead of all, smallest first. */
  samples: readonly number[];
  /** The one that an earlier run has stopped with, null for all; undefined: there was none. */
  earlier?: number | null;
  folds: number;
  seeds: number;
  workers: number;
  costs: Costs;
  /** Candidates that are run whatever they take: the baseline, and what is to be kept. */
  needed: ReadonlySet<string>;
  /** Trials of the first seed, with at most `sample` rows, fold by fold. */
  first(sample: number | null): PlannedTrial[];
  /** Trials of the others, seed by seed; asked for when the first seed is complete. */
  further(sample: number | null): PlannedTrial[];
  /** Those of them that aren't finished. */
  open(trials: readonly PlannedTrial[], sample: number | null): PlannedTrial[];
  /** Milliseconds that follow the trials: the kept models. */
  after(sample: number | null): number;
  /** Milliseconds that all trials of the plan which aren't finished take. */
  timeOfAll(sample: number | null): number;
  /** Takes note of all trials that earlier runs have finished with `sample` rows: they cost nothing. */
  recall(sample: number | null): Promise<void>;
  run(trials: readonly PlannedTrial[], sample: number | null, how: Asked): Promise<void>;
  /** Trials that were run, not found. */
  fresh(): number;
}

/** What is asked while trials run. */
export interface Asked {
  /** Before each trial: whether the rest of them is still wanted. */
  wanted(): boolean;
  /** Milliseconds until all is done that is going to be done; null as long as nothing is known of it. */
  left(): number | null;
}

/** What of the plan a budget has had room for. */
export interface Fitted {
  sample: number | null;
  folds: number;
  /** Of the finalists, the first one included. */
  seeds: number;
  /** Candidates that there was no time for even with the fewest rows. */
  leftOut: ReadonlySet<string>;
}

/** Rows that are begun with, where nothing is known yet: few enough to be no loss. */
const begin = 1000;

/** Of a budget of fewer milliseconds trials with this many rows may take all, so that the fewest are begun with. */
const short = 60_000;

/** What is planned with numbers of rows that weren't tried takes up to so much longer than expected. */
const doubt = 1.12;

/** A part of the budget by which trials that are under way may be late before fewer rows are taken. */
const late = 0.05;

/** This many candidates are compared with those that are needed in any case: the cheapest. */
const leastCandidates = 3;

/** Trials are broken off for more rows only at the beginning: before so much of three folds is done. */
const early = 0.25;

/** And so often at most. */
const mostRaises = 2;

/**
 * Runs as much of a comparison as a budget has room for. Three folds of all candidates come first, with as many rows as there is time for.
 * The first trials decide how many, and later ones correct it, to fewer rows at any time and to more at the beginning. When three folds are
 * done and three with more rows fit into what is left, those are run in their place. Then come the other folds, and last the finalists'
 * further seeds. How many there will be is fixed before the first of them, by time alone.
 *
 * Where even the fewest rows take too long, the candidates that take longest are left out, but for three of them and those that are needed,
 * whose three folds are run however long they take. A run that finds all that it has room for begins
 * what comes next, and the one after it finds that: the same command, repeated, gets through the folds and seeds of its rows.
 */
export async function runWithin(work: Work, budget: Budget): Promise<Fitted> {
  const { folds, seeds, workers, costs } = work;
  const places = [...work.samples, null];
  const least = Math.min(leastFolds, folds);
  const leftOut = new Set<string>();
  const inFolds = (sample: number | null, from: number, to: number): PlannedTrial[] =>
    work
      .first(sample)
      .filter(({ spec: { fold, candidate } }) => fold >= from && fold < to && !leftOut.has(candidate));
  /** Whether times can be predicted; where half of the budget is gone, from little. */
  const known = (): boolean => costs.known(budget.left() < 0.5 * budget.whole);
  /** Milliseconds. */
  const timeOf = (trials: readonly PlannedTrial[], sample: number | null): number =>
    (1000 * trials.reduce((sum, trial) => sum + costs.of(trial, sample), 0)) / workers;

  let at = firstPlace(work, budget.whole < short ? 0 : begin);
  let raises = 0;
  /** Whether three folds fit that begin with this many rows, where what follows them is set aside for those that are taken now. */
  const fits = (place: number): boolean => {
    const more = work.after(places[place]) - work.after(places[at]);
    return doubt * timeOf(inFolds(places[at], 0, least), places[place]) + more <= budget.left();
  };
  const largest = (below: number): number => {
    let place = below - 1;
    while (place > 0 && !fits(place)) place--;
    return place;
  };
  /** The most rows that there is time for where those are more, else where three folds are run now. */
  const placeOfMore = (): number => {
    const better = largest(places.length);
    return better > at && fits(better) ? better : at;
  };
  /** Where three folds are to be run, as far as is known now. */
  const placeNow = (): number => {
    if (!known()) return at;
    const sample = places[at];
    budget.setAside(work.after(sample));
    if (leftOut.size > 0) return at;
    const all = inFolds(sample, 0, least);
    const open = timeOf(work.open(all, sample), sample);
    if (at > 0 && open > 0 && open > budget.left() + late * budget.whole) return largest(at);
    const beginning = open >= (1 - early) * timeOf(all, sample);
    // With the rows of an earlier run nothing is left to do that would fill the time.
    const spare = work.earlier !== undefined && work.timeOfAll(sample) < budget.left();
    return raises < mostRaises && (beginning || spare) ? placeOfMore() : at;
  };
  /** Whether three folds that are done may be run with more rows. */
  const mayRepeat = (): boolean =>
    // A repeated run gets on with its rows.
    leftOut.size === 0 && work.earlier === undefined && known();
  /** What three folds with the fewest rows still take, by candidate, the longest first: of those that can be left out. */
  const longest = (): (readonly [candidate: string, time: number])[] => {
    const all = Map.groupBy(inFolds(places[0], 0, least), ({ spec }) => spec.candidate);
    const others = [...all].filter(
      ([candidate, trials]) => !work.needed.has(candidate) && timeOf(trials, places[0]) > 0,
    );
    const times = others
      .map(([candidate, trials]) => [candidate, timeOf(work.open(trials, places[0]), places[0])] as const)
      .sort((a, b) => b[1] - a[1]);
    return times.slice(0, -leastCandidates).filter(([, time]) => time > 0);
  };
  /** By how many milliseconds three folds with the fewest rows are late. */
  const lateness = (): number =>
    at > 0 || !known()
      ? 0
      : timeOf(work.open(inFolds(places[0], 0, least), places[0]), places[0]) - budget.left();
  // A run that finds what it has time for begins one more, so that repeated runs get through all.
  const isTooLate = (): boolean =>
    work.fresh() > 0 && lateness() > late * budget.whole && longest().length > 0;
  const leaveOut = (): void => {
    let rest = lateness();
    for (const [candidate, time] of longest()) {
      if (rest <= 0) return;
      leftOut.add(candidate);
      rest -= time;
    }
  };

  /** All that is planned, or what there is time for; three folds in any case. */
  const left = (sample: number | null): number | null => {
    if (!known()) return null;
    const folds = timeOf(work.open(inFolds(sample, 0, least), sample), sample);
    const all = work.timeOfAll(sample) + work.after(sample);
    return Math.max(folds, Math.min(all, budget.left()));
  };
  for (;;) {
    await work.recall(places[at]);
    const folds = inFolds(places[at], 0, least);
    await work.run(folds, places[at], {
      wanted: () => placeNow() === at && !isTooLate(),
      left: () => left(places[placeNow()]),
    });
    let place = placeNow();
    if (isTooLate()) {
      leaveOut();
      continue;
    }
    // The last trials may have said that they are as expected after all.
    if (place === at && work.open(folds, places[at]).length === 0) {
      if (mayRepeat()) place = placeOfMore();
      if (place === at) break;
    } else if (place > at) raises++;
    at = place;
  }
  const sample = places[at];

  if (leftOut.size > 0) return { sample, folds: least, seeds: 1, leftOut };

  /** Runs as many groups of trials as there is time for, of which the number is fixed before; returns how many are complete. */
  const runFitting = async (groups: readonly (readonly PlannedTrial[])[]): Promise<number> => {
    const openOf = (group: readonly PlannedTrial[]): PlannedTrial[] => work.open(group, sample);
    const finished = groups.findIndex((group) => openOf(group).length > 0);
    if (finished < 0) return groups.length;
    let planned = finished;
    let time = 0;
    for (const group of groups.slice(finished)) {
      time += timeOf(openOf(group), sample);
      if (time > budget.left()) break;
      planned++;
    }
    const idle = planned === finished && work.fresh() === 0;
    const taken = groups.slice(finished, idle ? planned + 1 : planned);
    await work.run(taken.flat(), sample, {
      wanted: () => budget.left() > (idle ? 0 : -late * budget.whole),
      left: () => left(sample),
    });
    const broken = groups.findIndex((group) => openOf(group).length > 0);
    return broken < 0 ? groups.length : broken;
  };
  const further = Array.from({ length: folds - least }, (_, i) => least + i);
  const ran = least + (await runFitting(further.map((fold) => inFolds(sample, fold, fold + 1))));
  if (ran < folds) return { sample, folds: ran, seeds: 1, leftOut };
  const bySeed = Map.groupBy(work.further(sample), ({ spec }) => spec.seed);
  const complete = bySeed.size === 0 ? seeds : 1 + (await runFitting([...bySeed.values()]));
  return { sample, folds, seeds: complete, leftOut };
}

/** Where an earlier run has stopped, else few rows. */
function firstPlace({ samples, earlier }: Work, rows: number): number {
  if (earlier !== undefined) {
    const known = earlier === null ? samples.length : samples.indexOf(earlier);
    if (known >= 0) return known;
  }
  const more = samples.findIndex((sample) => sample > rows);
  return more < 0 ? samples.length : Math.max(0, more - 1);
}
