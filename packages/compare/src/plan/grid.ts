import { checkNumber } from "minimand/engine";
import type { Configuration } from "../results.ts";
import type { Candidate, OptimizerCandidate } from "./candidate.ts";

/** Range that learning rates of AdamW are taken from. */
const usual = [5e-4, 5e-2] as const;

/**
 * The configurations tried for a candidate: exactly `n`, whatever it has to tune, so that every loss gets the same effort.
 *
 * One with own parameters tries up to `n / 2` of its settings, each with equally many learning rates; the learning
 * rates are the midpoints of equal parts of [5e-4, 5e-2], or of an optimizer's own range, on a logarithmic scale.
 */
export function gridOf(
  candidate: Pick<Candidate, "settings"> & Pick<OptimizerCandidate, "rates">,
  n: number,
): Configuration[] {
  checkNumber("configurations", n, { min: 1, integer: true });
  const own =
    candidate.settings.length === 0 ? [{}] : candidate.settings.slice(0, Math.max(1, Math.floor(n / 2)));
  return own.flatMap((parameters, i) => {
    // The first settings take what doesn't divide evenly.
    const rates = Math.floor(n / own.length) + (i < n % own.length ? 1 : 0);
    return learningRates(rates, candidate.rates ?? usual).map((learningRate) => ({
      learningRate,
      parameters,
    }));
  });
}

function learningRates(n: number, [slowest, fastest]: readonly [number, number]): number[] {
  return Array.from({ length: n }, (_, i) => {
    const rate = slowest * (fastest / slowest) ** ((i + 0.5) / n);
    // Two digits are enough to name a learning rate.
    return Number(rate.toPrecision(2));
  });
}
