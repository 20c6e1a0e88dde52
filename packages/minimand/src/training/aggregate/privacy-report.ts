import { checkNumber, rangeError } from "../../engine/errors.ts";
import { readOptions } from "../../engine/options.ts";

/** One release of the means of disjoint bags: what it guarantees for each row's response. */
export type PrivateRelease =
  | { mechanism: "laplace"; epsilon: number }
  /** `width`: standard deviation of the noise over the sensitivity. */
  | { mechanism: "gaussian"; epsilon: number; delta: number; width: number };

/** What several releases guarantee together: `(epsilon, delta)` label differential privacy. */
export interface LabelPrivacy {
  releases: number;
  /** Epsilons and deltas added up. */
  basic: { epsilon: number; delta: number };
  /** By concentrated differential privacy, for the delta asked for; null where none was. */
  concentrated: { rho: number; epsilon: number; delta: number } | null;
  /** The smaller epsilon of those whose delta is no more than asked for. */
  epsilon: number;
  delta: number;
}

/**
 * The privacy of the responses after several releases, e.g. of one report every day.
 *
 * Bags of one release are disjoint: it costs what its worst bag costs, however many there are. Releases add up:
 * `epsilon = sum epsilon_t`, `delta = sum delta_t`; or, for any `delta`, `epsilon = rho + 2 sqrt(rho log(1 / delta))` with
 * `rho = sum rho_t`, where `rho_t = epsilon_t^2 / 2` for Laplace noise and `1 / (2 width^2)` for Gaussian.
 *
 * @param releases at least one, as `privatiseBagMeans` gives them
 * @param options `delta`, in (0, 1): the probability with which the guarantee may fail; Gaussian noise needs it
 * @throws RangeError for no releases, numbers out of range, Gaussian noise without `delta`
 * @example
 * // A report a day for 100 days, where plain addition gives 10.
 * labelPrivacy(Array(100).fill({ mechanism: "laplace", epsilon: 0.1 }), { delta: 1e-6 }).epsilon // 5.757
 * @see Bun, Steinke 2016, arXiv 1605.02065, propositions 1.3 and 1.4, lemma 1.7
 */
export function labelPrivacy(
  releases: readonly PrivateRelease[],
  options: { delta?: number } = {},
): LabelPrivacy {
  const { delta } = readOptions("labelPrivacy", options, { delta: true });
  if (releases.length === 0) throw rangeError("releases", "at least one", releases);
  if (delta !== undefined) checkNumber("delta", delta, { above: 0, below: 1 });
  const basic = { epsilon: 0, delta: 0 };
  let rho = 0;
  for (const release of releases) {
    checkNumber("releases, epsilon", release.epsilon, { above: 0 });
    basic.epsilon += release.epsilon;
    if (release.mechanism === "laplace") {
      rho += release.epsilon ** 2 / 2;
      continue;
    }
    checkNumber("releases, delta", release.delta, { above: 0, below: 1 });
    checkNumber("releases, width", release.width, { above: 0 });
    basic.delta += release.delta;
    rho += 1 / (2 * release.width ** 2);
  }
  if (basic.delta > 0 && delta === undefined)
    throw rangeError("delta", "a number > 0 and < 1 for Gaussian noise", delta);
  const concentrated =
    delta === undefined ? null : { rho, epsilon: rho + 2 * Math.sqrt(rho * Math.log(1 / delta)), delta };
  const addsUp = basic.delta <= (delta ?? 0) ? basic : null;
  const best =
    concentrated === null || (addsUp !== null && addsUp.epsilon <= concentrated.epsilon)
      ? (addsUp ?? basic)
      : concentrated;
  return { releases: releases.length, basic, concentrated, epsilon: best.epsilon, delta: best.delta };
}
