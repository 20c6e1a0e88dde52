import { checkNumber } from "minimand/engine";
import { checkVector } from "../../vectors.ts";

/** What keeps a policy away from the corners of the simplex: `sum ln(1/p)` or `sum p ln p`. */
export type Regularizer = "log-barrier" | "entropy";

/** Writes the policy of cumulative losses, `actions` of them from `at` on, to the same places. */
type WritePolicy<Returned> = (
  policy: Float64Array,
  losses: ArrayLike<number>,
  at: number,
  actions: number,
  eta: number,
) => Returned;

/** Writes the log-barrier policy; returns the dual variable. */
export const logBarrierInto: WritePolicy<number> = (policy, losses, at, actions, eta) => {
  const least = leastOf(losses, at, actions);
  // With y = eta (losses - least) and n = eta (nu + least): sum 1 / (y + n) = 1 has its root in [1, actions]. Newton's
  // method on 1 / sum, which is concave and rising, comes from the left and never passes the root.
  let n = 1;
  for (let i = 0; i < 64; i++) {
    let [first, second] = [0, 0];
    for (let a = 0; a < actions; a++) {
      const p = 1 / (eta * (losses[at + a] - least) + n);
      first += p;
      second += p * p;
    }
    const step = (first * (first - 1)) / second;
    if (!(step > 1e-15 * n)) break;
    n = Math.min(actions, n + step);
  }
  let sum = 0;
  for (let a = 0; a < actions; a++) {
    policy[at + a] = 1 / (eta * (losses[at + a] - least) + n);
    sum += policy[at + a];
  }
  for (let a = 0; a < actions; a++) policy[at + a] /= sum;
  return n / eta - least;
};

/** Writes the exponential weights. */
const hedgeInto: WritePolicy<void> = (policy, losses, at, actions, eta) => {
  const least = leastOf(losses, at, actions);
  let sum = 0;
  for (let a = 0; a < actions; a++) {
    policy[at + a] = Math.exp(-eta * (losses[at + a] - least));
    sum += policy[at + a];
  }
  for (let a = 0; a < actions; a++) policy[at + a] /= sum;
};

function leastOf(losses: ArrayLike<number>, at: number, actions: number): number {
  let least = Infinity;
  for (let a = 0; a < actions; a++) least = Math.min(least, losses[at + a]);
  return least;
}

/** Returns the function that writes the policies of a regulariser. */
export function policyWriter(regularizer: Regularizer): WritePolicy<unknown> {
  return regularizer === "entropy" ? hedgeInto : logBarrierInto;
}

/**
 * Follow the regularised leader with the log barrier: `argmin_p <p, L> + (1/eta) sum_a ln(1/p(a))` over the simplex.
 *
 * The solution is `p(a) = 1 / (eta (L(a) + nu))` with the one `nu` for which the probabilities sum to 1. An action that is
 * worse by D keeps about `1 / (eta D)`, where {@link hedge} leaves it `exp(-eta D)`; that is why the regret bound holds for
 * losses of any size and sign.
 *
 * @param cumulativeLoss L, one number an action
 * @param options.eta learning rate, > 0
 * @returns the policy, and the dual variable `nu`
 * @throws TypeError, RangeError for losses that are not finite, no actions, `eta` <= 0
 *
 * @example
 * logBarrierFtrl([0, 3], { eta: 1 }) // [0.767592, 0.232408, 1.302776]
 * @see arXiv 2301.12942, Algorithm 1
 */
export function logBarrierFtrl(
  cumulativeLoss: ArrayLike<number>,
  { eta }: { eta: number },
): { policy: Float64Array; dual: number } {
  checkVector("cumulativeLoss", cumulativeLoss);
  checkNumber("eta", eta, { above: 0 });
  const policy = new Float64Array(cumulativeLoss.length);
  const dual = logBarrierInto(policy, cumulativeLoss, 0, cumulativeLoss.length, eta);
  return { policy, dual };
}

/**
 * Exponential weights: `p(a)` proportional to `exp(-eta L(a))`, which is follow the regularised leader with the entropy.
 *
 * @param cumulativeLoss L, one number an action
 * @param options.eta learning rate, > 0
 * @throws TypeError, RangeError for losses that are not finite, no actions, `eta` <= 0
 *
 * @example
 * hedge([0, Math.LN2], { eta: 1 }) // [0.666667, 0.333333]
 * @see arXiv 2301.12942, Algorithm 2; arXiv 2107.08346
 */
export function hedge(cumulativeLoss: ArrayLike<number>, { eta }: { eta: number }): Float64Array {
  checkVector("cumulativeLoss", cumulativeLoss);
  checkNumber("eta", eta, { above: 0 });
  const policy = new Float64Array(cumulativeLoss.length);
  hedgeInto(policy, cumulativeLoss, 0, cumulativeLoss.length, eta);
  return policy;
}
