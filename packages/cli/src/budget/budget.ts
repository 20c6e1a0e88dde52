import { duration } from "../run/progress.ts";

/** Trials of fewer folds tell too little of the fits. */
export const leastFolds = 3;

/** A budget of time, counted from the start of the command. */
export interface Budget {
  /** Milliseconds of all of it. */
  whole: number;
  /** Milliseconds that trials may still take; what comes after them has its own. */
  left(): number;
  /** Milliseconds since the start of the command. */
  taken(): number;
  /** Says how long what comes after the trials is expected to take. */
  setAside(milliseconds: number): void;
}

/** Milliseconds, beside a share of the budget, that the report and the end of the workers take. */
const reserve = { fixed: 1200, share: 0.02 };

/**
 * @param started by the clock, at the start of the command
 * @param now the clock, in milliseconds
 */
export function makeBudget(
  milliseconds: number,
  started: number,
  now: () => number = () => performance.now(),
): Budget {
  let aside = 0;
  return {
    whole: milliseconds,
    left: () => milliseconds - reserve.fixed - reserve.share * milliseconds - aside - (now() - started),
    taken: () => now() - started,
    setAside(more) {
      aside = more;
    },
  };
}

/** What is to be said where even the least that can be compared took much longer than it was to take; null elsewhere. */
export function overrun(budget: Budget): string | null {
  const taken = budget.taken();
  if (taken < 1.25 * budget.whole + reserve.fixed) return null;
  return `budget: ${duration(budget.whole)} are too few: the least that tells anything, ${leastFolds} folds of all candidates, took until ${duration(taken)} after the start; fewer --losses and --references take less`;
}

/** Fewer rows are never drawn: their folds would say nothing. */
const leastRows = 200;

/**
 * The numbers of rows that may be drawn instead of all, smallest first. There are few, so that a run that continues one that was cut
 * mostly comes to the same one, and finds its trials.
 */
export function samplesOf(rows: number): number[] {
  const samples: number[] = [];
  for (let power = 100; power < rows; power *= 10)
    for (const step of [1, 1.5, 2, 3, 5, 7]) samples.push(step * power);
  return samples.filter((sample) => sample >= leastRows && sample <= mostOfRows * rows);
}

/** Where nearly all rows are taken, all can be. */
const mostOfRows = 0.85;
