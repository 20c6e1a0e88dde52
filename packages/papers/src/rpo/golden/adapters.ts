import type { numpy as np } from "@jax-js/jax";
import { rpoMaximin, rpoObjective } from "@minimand/lab/solvers";
import { compiledValueAndGrad } from "minimand/engine";
import {
  aotLoss,
  aotUnpairedLoss,
  apoDownLoss,
  apoZeroLoss,
  bcoPairLoss,
  conservativeDpoLoss,
  discopopLoss,
  dpoLoss,
  exoPairLoss,
  hingePreferenceLoss,
  ipoLoss,
  ncaPairLoss,
  robustDpoLoss,
  rpoLoss,
  sequenceLogps,
  sppoHardLoss,
} from "minimand/losses";
import { type Adapters, float, ids } from "../../kit/golden/adapters.ts";
import { inOrderOf, minus, preference } from "../../kit/golden/preference.fixture.ts";

/** The vectors list the values of sorted losses by rank, the library by example. */
const byRank =
  (adapter: Adapters[string], keyOf: (inputs: Record<string, number[]>) => number[]): Adapters[string] =>
  (inputs, options, expected) => {
    const result = adapter(inputs, options, expected) as { per_example: number[] };
    return { ...result, per_example: inOrderOf(result.per_example, keyOf(inputs)) };
  };

export const adapters: Adapters = {
  rpo_sum: preference((pairs, { beta, eta }) => rpoLoss(pairs, { beta, eta })),
  rpo_average_openrlhf: preference((pairs, { beta, nllCoef }) =>
    rpoLoss(pairs, { beta, sft: "mean", nllWeight: nllCoef }),
  ),

  peer_sigmoid: preference((pairs, { beta, label_smoothing: epsilon }) =>
    epsilon === undefined ? dpoLoss(pairs, { beta }) : conservativeDpoLoss(pairs, { beta, epsilon }),
  ),
  peer_robust: preference((pairs, { beta, label_smoothing: epsilon }) =>
    robustDpoLoss(pairs, { beta, epsilon }),
  ),
  peer_hinge: preference((pairs, { beta }) => hingePreferenceLoss(pairs, { beta })),
  peer_ipo: preference((pairs, { beta }) => ipoLoss(pairs, { beta })),
  peer_ipo_norm: preference((pairs, { beta }) => ipoLoss(pairs, { beta, lengthNormalize: true })),
  peer_sigmoid_norm: preference((pairs, { beta }) => dpoLoss(pairs, { beta, lengthNormalize: true })),
  peer_exo_pair: preference((pairs, { beta, label_smoothing: epsilon }) =>
    exoPairLoss(pairs, { beta, epsilon }),
  ),
  peer_nca_pair: preference((pairs, { beta }) => ncaPairLoss(pairs, { beta })),
  peer_bco_pair: preference((pairs, { beta }) => bcoPairLoss(pairs, { beta })),
  peer_sppo_hard: preference((pairs, { beta }) => sppoHardLoss(pairs, { beta })),
  peer_aot: byRank(
    preference((pairs, { beta }) => aotLoss(pairs, { beta })),
    (x) => minus(x.policy_chosen_logps, x.policy_rejected_logps),
  ),
  peer_aot_pair: byRank(
    preference((pairs, { beta }) => aotUnpairedLoss(pairs, { beta })),
    (x) => minus(x.policy_chosen_logps, x.reference_chosen_logps),
  ),
  peer_apo_zero: preference((pairs, { beta }) => apoZeroLoss(pairs, { beta })),
  peer_apo_down: preference((pairs, { beta }) => apoDownLoss(pairs, { beta })),
  peer_sigmoid_js_divergence: preference((pairs, { beta }) =>
    dpoLoss(pairs, { beta, divergence: "jensen-shannon" }),
  ),
  // The vectors' alpha is the exponent's size: exp(-alpha r).
  peer_sigmoid_alpha_divergence: preference((pairs, { beta, alpha }) =>
    dpoLoss(pairs, { beta, divergence: { alpha: 1 - alpha } }),
  ),
  peer_discopop: preference((pairs, { beta, tau }) => discopopLoss(pairs, { beta, tau })),

  sequence_logps_and_rpo_from_logits: (inputs, { beta, eta }) => {
    const tokens = () => matrixOfIds(inputs.labels);
    const mask = () => float(inputs.completion_mask);
    const { sum, mean, lengths } = sequenceLogps(float(inputs.logits), tokens(), mask());
    const half = inputs.labels.length / 2;
    const ref = inputs.reference_logps;
    const run = compiledValueAndGrad((logits: np.Array) => {
      const logps = sequenceLogps(logits, tokens(), mask());
      logps.mean.dispose();
      logps.lengths.dispose();
      const pairs = {
        policyChosen: logps.sum.ref.slice([0, half]),
        policyRejected: logps.sum.slice([half, 2 * half]),
        refChosen: float(ref.slice(0, half)),
        refRejected: float(ref.slice(half)),
      };
      return rpoLoss(pairs, { beta, eta }).mean();
    });
    const [value, gradient] = run(float(inputs.logits));
    run.dispose();
    return {
      logps_sum: sum.js(),
      logps_mean: mean.js(),
      lengths: lengths.js(),
      value: value.item(),
      grad_logits: gradient.js(),
    };
  },

  tabular_minimax_identity_and_solution: (
    { reward, ref_policy, base_policy, d0, context, chosen, rejected },
    { beta, eta },
  ) => {
    const data = { context, chosen, rejected };
    const model = { refPolicy: ref_policy, basePolicy: base_policy, d0, beta, eta };
    const at = rpoObjective(data, model, reward);
    const policyOf = (s: number, a: number): number => at.policy[s][a];
    const logRatio = (s: number, a: number): number => Math.log(policyOf(s, a) / ref_policy[s][a]);
    const pairs = {
      policyChosen: float(context.map((s: number, i: number) => Math.log(policyOf(s, chosen[i])))),
      policyRejected: float(context.map((s: number, i: number) => Math.log(policyOf(s, rejected[i])))),
      refChosen: float(
        context.map((s: number, i: number) => Math.log(policyOf(s, chosen[i])) - logRatio(s, chosen[i])),
      ),
      refRejected: float(
        context.map((s: number, i: number) => Math.log(policyOf(s, rejected[i])) - logRatio(s, rejected[i])),
      ),
    };
    const expectation = (f: (s: number, a: number) => number): number =>
      d0.reduce(
        (sum: number, d: number, s: number) =>
          sum + d * base_policy[s].reduce((t: number, p: number, a: number) => t + p * f(s, a), 0),
        0,
      );
    const rpo =
      dpoLoss(pairs, { beta }).mean().item() - eta * beta * expectation((s, a) => Math.log(policyOf(s, a)));
    const solution = rpoMaximin(data, { ...model, box: 1e3, tol: 1e-12 });
    return {
      minmax_objective: at.value,
      grad_reward: at.gradient,
      policy_of_reward: at.policy,
      mle_loss: at.preferenceLoss,
      rpo_loss_of_policy: rpo,
      constant_minmax_minus_rpo: at.value - rpo,
      optimal_policy: solution.policy,
      saddle_value: solution.value,
    };
  },
};

function matrixOfIds(rows: readonly (readonly number[])[]): np.Array {
  return ids(rows.flat()).reshape([rows.length, rows[0].length]);
}
