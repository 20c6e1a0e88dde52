import { checkNumber } from "minimand/engine";
import type { SimulatorFreeOptions } from "./simulator-free-options.ts";

/**
 * Sizes for {@link simulatorFreeLinearMdp} by the orders of the theory: `alpha = K^(1/9)`, `M0 = alpha^2 d H^2`,
 * `N0 = M0^4 / alpha^2`, exploration and beta `K^(-1/9)`, gamma and eta `K^(-2/9)`, `W = gamma^-2`. Constants are 1, and the
 * exponents are derived so that the bound of order `K^(8/9)` comes out; the cover alone asks for more episodes than there
 * are unless K is enormous, so that smaller sizes have to be chosen by hand.
 *
 * @throws RangeError for numbers outside their range
 *
 * @example
 * const { epoch } = simulatorFreeSchedule({ horizon: 2, dim: 3, episodes: 1e6 });
 * @see arXiv 2301.12942, the theorem on linear MDPs
 */
export function simulatorFreeSchedule({
  horizon,
  dim,
  episodes,
}: {
  horizon: number;
  dim: number;
  episodes: number;
}): Omit<SimulatorFreeOptions, "seed"> {
  checkNumber("horizon", horizon, { min: 1, integer: true });
  checkNumber("dim", dim, { min: 1, integer: true });
  checkNumber("episodes", episodes, { min: 2, integer: true });
  const alpha = episodes ** (1 / 9);
  const policies = Math.max(1, Math.round(alpha ** 2 * dim * horizon ** 2));
  const gamma = episodes ** (-2 / 9);
  return {
    cover: {
      policies,
      rollouts: Math.max(1, Math.round(policies ** 4 / alpha ** 2)),
      alpha,
      episodes,
      optimism: 60 * dim * horizon * Math.sqrt(Math.log(episodes * episodes)),
    },
    epoch: 2 * Math.max(1, Math.round(gamma ** -2 / 2)),
    eta: gamma,
    beta: episodes ** (-1 / 9),
    gamma,
    exploration: episodes ** (-1 / 9),
  };
}
