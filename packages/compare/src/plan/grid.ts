import { checkNumber } from "minimand/engine";
import type { Configuration } from "../results.ts";
import type { Candidate } from "./candidate.ts";

/** Range that learning rates (AdamW) are taken from. */
const slowest = 5e-4;
const fastest = 5e-2;

/**
 * The configurations tried for a candidate: exactly `n`, whatever it has to tune, so that every loss gets the same effort.
 *
 * A loss with own parameters tries up to `n / 2` of its settings, each with equally many learning rates; the learning
 * rates are the midpoints of equal parts of [5e-4, 5e-2] on a logarithmic scale.
 */
export function gridOf(candidate: Pick<Candidate, "settings">, n: number): Configuration[] {
  checkNumber("configurations", n, { min: 1, integer: true });
  const own =
    candidate.settings.length === 0 ? [{}] : candidate.settings.slice(0, Math.max(1, Math.floor(n / 2)));
  return own.flatMap((parameters, i) => {
    // The first settings take what doesn't divide evenly.
    const rates = Math.floor(n / own.length) + (i < n % own.length ? 1 : 0);
    return learningRates(rates).map((learningRate) => ({ learningRate, parameters }));
  });
}

function learningRates(n: number): number[] {
  return Array.from({ length: n }, (_, i) => {
    const rate = slowest * (fastest / slowest) ** ((i + 0.5) / n);
    // Two digits are enough to name a learning rate.
    return Number(rate.toPrecision(2));
  });
}
