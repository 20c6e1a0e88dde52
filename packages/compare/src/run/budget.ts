/** Trials of fewer folds say too little about the fits. */
export const leastFolds = 3;

/** A budget of time, counted from the start of the command, or of what else it is for. */
export interface Budget {
  /** Milliseconds of all of it. */
  whole: number;
  /** Milliseconds that trials may still take; what comes after them has its own. */
  left(): number;
  /** Milliseconds since the start. */
  taken(): number;
  /** Says how long what comes after the trials is expected to take. */
  setAside(milliseconds: number): void;
  /** Whether clearly more than all of it is gone. */
  isOverrun(): boolean;
}

/** Milliseconds, in addition to a share of the budget, that the report and the end of the workers take. */
const reserve = { fixed: 1200, share: 0.02 };

/**
 * Returns a budget of a number of milliseconds.
 *
 * @param started by the clock, at the start of what it is for
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
    isOverrun: () => now() - started >= 1.1 * milliseconds + reserve.fixed,
  };
}

/** Fewer rows are never drawn: their folds would say nothing. */
const leastRows = 200;

/**
 * Returns the numbers of rows that may be drawn instead of all, smallest first. There are few, so that a run that continues one that was
 * cut mostly comes to the same one, and finds its trials.
 */
export function samplesOf(rows: number): number[] {
  const samples: number[] = [];
  for (let power = 100; power < rows; power *= 10)
    for (const step of [1, 1.5, 2, 3, 5, 7]) samples.push(step * power);
  return samples.filter((sample) => sample >= leastRows && sample <= mostOfRows * rows);
}

/** Where nearly all rows are taken, all can be. */
const mostOfRows = 0.85;
