/** Trials of fewer folds tell too little of the fits. */
export const leastFolds = 3;

/** What of a budget is left for the kept models and the report, beside what they were measured to take. */
const reserve = 0.06;

/** A budget of time, counted from the start of the command. */
export interface Budget {
  /** Milliseconds that trials may still take. */
  left(): number;
  /** Sets time aside for what comes after the trials. */
  setAside(milliseconds: number): void;
}

/** @param started `performance.now()` at the start of the command */
export function makeBudget(milliseconds: number, started: number): Budget {
  let aside = reserve * milliseconds;
  return {
    left: () => milliseconds - aside - (performance.now() - started),
    setAside(more) {
      aside += more;
    },
  };
}

/** How many repeats of a length fit into what is left. */
export function repeatsThatFit(left: number, each: number, wanted: number): number {
  return each > 0 ? Math.max(0, Math.min(wanted, Math.floor(left / each))) : wanted;
}

/**
 * How many of the rows can be taken, where trials with all of them take too long: training takes time in proportion to them.
 *
 * @returns null where all can, or where there are too few to draw from
 */
export function rowsThatFit(left: number, needed: number, rows: number): number | null {
  if (needed <= left) return null;
  const fitting = Math.max(leastRows, Math.floor((rows * Math.max(0, left)) / needed));
  return fitting < rows ? fitting : null;
}

/** Fewer rows are never drawn: their folds would say nothing. */
const leastRows = 200;
