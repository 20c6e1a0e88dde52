import { checkNumber } from "minimand/engine";

/**
 * Returns the function that turns a sum of exponentials into a comp-sum loss.
 *
 * `Phi_tau(u) = ((1 + u)^(1 - tau) - 1) / (1 - tau)`, `Phi_1(u) = log(1 + u)`: increasing, concave, 1-Lipschitz, and
 * for a fixed `u` decreasing in `tau`. `Phi_tau(1 / p_y - 1)` is the comp-sum loss.
 *
 * @param u number `>= 0`, `Infinity` included
 * @param options `tau >= 0`
 * @returns a number `>= 0`
 * @throws RangeError for `u < 0`, `tau < 0` and NaN
 * @example
 * compSumPhi(1, { tau: 0.5 }) // 0.8284
 * @see Mao, Mohri, Zhong 2023, arXiv 2304.07288, section 3
 */
export function compSumPhi(u: number, options: { tau: number }): number {
  const { tau } = options;
  if (u !== Infinity) checkNumber("u", u, { min: 0 });
  checkNumber("tau", tau, { min: 0 });
  return phiOfLog(Math.log1p(u), tau);
}

/** `Phi_tau` as a function of `s = log(1 + u)`, which loses nothing as `tau` approaches 1. */
export function phiOfLog(s: number, tau: number): number {
  if (tau === 1) return s;
  return Math.expm1((1 - tau) * s) / (1 - tau);
}
