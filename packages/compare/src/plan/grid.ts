import { checkNumber } from "minimand/engine";
import type { Configuration } from "../results.ts";
import type { Candidate, OptimizerCandidate } from "./candidate.ts";

/** Range that learning rates of AdamW are taken from. */
const usual = [5e-4, 5e-2] as const;

/** What tuning tries. */
export interface Grid {
  /** Learning rates, slowest first. */
  rates: number[];
  /** The rate to try where the slowest or the fastest is best; null where there is a single rate. */
  beyond: { slowest: number; fastest: number } | null;
  /** Settings of the candidate's own parameters, the most usual one first: all rates are tried with that. */
  settings: Record<string, number>[];
}

/**
 * Returns what tuning tries for a candidate: `n` learning rates, the same for every loss, and up to `n` settings of its own parameters.
 *
 * The rates are the midpoints of equal parts of [5e-4, 5e-2], or of an optimizer's own range, on a logarithmic scale. Those
 * beyond are one part further, but not outside an own range.
 */
export function gridOf(
  { settings, rates: own }: Pick<Candidate, "settings"> & Pick<OptimizerCandidate, "rates">,
  n: number,
): Grid {
  checkNumber("configurations", n, { min: 1, integer: true });
  const [slowest, fastest] = own ?? usual;
  const rateAt = (part: number): number => {
    // Two digits are enough to name a learning rate.
    const rate = Number((slowest * (fastest / slowest) ** ((part + 0.5) / n)).toPrecision(2));
    return own === undefined ? rate : Math.min(Math.max(rate, slowest), fastest);
  };
  return {
    rates: Array.from({ length: n }, (_, i) => rateAt(i)),
    beyond: n === 1 ? null : { slowest: rateAt(-1), fastest: rateAt(n) },
    settings: settings.length === 0 ? [{}] : settings.slice(0, n),
  };
}

/** Returns what every trial tries, before it looks beyond the rates and at further settings. */
export function firstOf({ rates, settings: [parameters] }: Grid): Configuration[] {
  return rates.map((learningRate) => ({ learningRate, parameters }));
}

/** Returns the rate to try as well where this one of the grid is best. */
export function beyondOf({ rates, beyond }: Grid, best: number): number | null {
  if (beyond === null) return null;
  return best === rates[0] ? beyond.slowest : best === rates.at(-1) ? beyond.fastest : null;
}

/** Returns how many configurations a trial tries: at least, and at most, where the best rate is at an end. */
export function countsOf({ rates, beyond, settings }: Grid): { least: number; most: number } {
  const least = rates.length + settings.length - 1;
  return { least, most: least + (beyond === null ? 0 : 1) };
}
