import { checkChoice, checkNumber } from "minimand/engine";
import { checkDistribution, checkRows, type Rows } from "../checks.ts";
import { policyWriter, type Regularizer } from "./ftrl.ts";

/** What follow the regularised leader did on a sequence of losses. */
export interface FtrlRegret {
  /** The policy before each round. */
  policies: Float64Array[];
  /** `sum_k <p_k - u, l_k>` for the comparator u. */
  regret: number;
  /**
   * For the log barrier `(psi(u) - A ln A) / eta + (eta/2) sum_k sum_a p_k(a) l_k(a)^2`, which holds for losses of any size
   * and sign; for the entropy `ln A / eta + eta sum_k sum_a p_k(a) l_k(a)^2`, which holds where `eta l_k(a) >= -1`.
   */
  bound: number;
  /** Smallest `eta l_k(a)`: below -1 nothing is promised of Hedge. */
  leastScaledLoss: number;
}

/**
 * Plays follow the regularised leader on given losses and computes its regret and the bound.
 *
 * @param losses l_k, one vector of A losses per round, of any size and sign
 * @param options.comparator u, a distribution over actions; with the log barrier no entry may be 0
 * @throws TypeError, RangeError for losses that are not finite, a comparator that is no distribution, `eta` <= 0
 *
 * @example
 * ftrlRegret([[0, 20], [0, -1000]], { regularizer: "entropy", eta: 1, comparator: [0, 1] }).regret // 990.0
 * ftrlRegret([[0, 20], [0, -1000]], { regularizer: "entropy", eta: 1, comparator: [0, 1] }).bound // 200.7
 * @see arXiv 2301.12942, the refined analysis of FTRL with the log barrier
 */
export function ftrlRegret(
  losses: Rows,
  { regularizer, eta, comparator }: { regularizer: Regularizer; eta: number; comparator: ArrayLike<number> },
): FtrlRegret {
  const actions = checkRows("losses", losses);
  checkChoice("regularizer", regularizer, ["log-barrier", "entropy"]);
  checkNumber("eta", eta, { above: 0 });
  checkDistribution("comparator", comparator, actions);
  const barrier = regularizer === "log-barrier";
  let start = 0;
  for (let a = 0; a < actions; a++) {
    if (barrier) {
      checkNumber(`comparator[${a}]`, comparator[a], { above: 0 });
      start -= Math.log(comparator[a]);
    }
  }
  start = barrier ? start - actions * Math.log(actions) : Math.log(actions);
  const cumulative = new Float64Array(actions);
  const policies: Float64Array[] = [];
  const writePolicy = policyWriter(regularizer);
  let [regret, squares, least] = [0, 0, Infinity];
  for (const loss of losses) {
    const policy = new Float64Array(actions);
    writePolicy(policy, cumulative, 0, actions, eta);
    for (let a = 0; a < actions; a++) {
      regret += (policy[a] - comparator[a]) * loss[a];
      squares += policy[a] * loss[a] * loss[a];
      least = Math.min(least, eta * loss[a]);
      cumulative[a] += loss[a];
    }
    policies.push(policy);
  }
  const bound = start / eta + (barrier ? eta / 2 : eta) * squares;
  return { policies, regret, bound, leastScaledLoss: least };
}
