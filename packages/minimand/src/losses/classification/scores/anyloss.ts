import type { numpy as np } from "@jax-js/jax";
import { checkNumber } from "../../../engine/checks.ts";
import { readOptions } from "../../../engine/options.ts";
import { readLossOptions } from "../../loss-options.ts";
import type { LossOptions } from "../../per-example.ts";
import { type AmplifyOptions, softConfusionMatrix } from "./soft-confusion.ts";
import { checkTarget, type ScoreTarget, softScore } from "./soft-scores.ts";

/** Options of {@link anyLoss}. */
export interface AnyLossOptions extends LossOptions, AmplifyOptions, ScoreTarget {
  /** True where the scores are log-odds `[batch]` or logits `[batch, 2]` instead of probabilities. */
  fromLogits?: boolean;
}

/**
 * AnyLoss: any score of the confusion matrix as a loss of the whole batch.
 *
 * `1 - score(TN, FP, FN, TP)` with the differentiable counts of {@link softConfusionMatrix}.
 *
 * A scalar, not a mean over examples (see `WholeBatchLoss`): take batches of at least some fifty rows with both classes in
 * them, best stratified or the whole set, and don't accumulate gradients. N is the size of this batch. In a batch of
 * one class 0/0 counts as 0 (the floor `eps` under denominators): without positives recall, F-beta, precision,
 * Jaccard, MCC and kappa are 0 with gradient 0, the G-mean 1e-6, and balanced accuracy keeps its other half.
 *
 * @param p probabilities of the positive class, float `[batch]`; with `fromLogits` log-odds `[batch]` or logits
 * `[batch, 2]`, whose log-odds are `f_1 - f_0`
 * @param labels int32 `[batch]`, 1 = positive, or distributions `[batch, 2]`
 * @param options `metric`: a name (`fbeta`, `gmean`, `balanced-accuracy`, `mcc`, ...) or a function of the counts;
 * `beta` of `fbeta`; `L`, `threshold` of {@link amplify}; `fromLogits`; `eps`; `weights`
 * @returns a 0-d array; 0 to 1, for `mcc`, `tss`, `hss` and `kappa` 0 to 2
 * @throws TypeError, RangeError for wrong dtypes, shapes, labels, probabilities outside [0, 1], NaN (values are checked
 * outside of tracing only), `L <= 0`, `beta < 0`, an unknown metric
 * @example
 * const y = np.array([1, 1, 0, 0], { dtype: np.int32 });
 * anyLoss(np.array([0.52, 0.48, 0.49, 0.4]), y, { metric: "fbeta" }) // 0.3987
 * @see Han, Moniz, Chawla 2024, arXiv 2405.14745
 */
export function anyLoss(p: np.Array, labels: np.Array, options: AnyLossOptions): np.Array {
  const { weights, L, threshold, fromLogits } = readLossOptions("anyLoss", options, {
    metric: true,
    beta: true,
    eps: true,
    L: true,
    threshold: true,
    fromLogits: true,
  });
  checkTarget(options);
  return softScore(softConfusionMatrix(p, labels, { weights, L, threshold, fromLogits }), options)
    .neg()
    .add(1);
}

/**
 * Amplification that grows from a gentle to a steep sigmoid, for networks that don't start at p = 1/2.
 *
 * `L(step) = from (to / from)^min(step / steps, 1)`
 *
 * @param step number of the training step, >= 0
 * @param options `from`, default 10; `to`, default 73; `steps` until `to` is reached
 * @returns `L` of that step, to be handed to a compiled step as an input
 * @throws RangeError where a number is out of range
 * @example
 * annealedL(500, { steps: 1000 }) // 27.02
 * @see arXiv 2405.14745 has a fixed L; the schedule is ours
 */
export function annealedL(step: number, options: { from?: number; to?: number; steps: number }): number {
  const { from, to, steps } = readOptions("annealedL", options, {
    from: [10, { above: 0 }],
    to: [73, { above: 0 }],
    steps: { above: 0 },
  });
  checkNumber("step", step, { min: 0 });
  return from * (to / from) ** Math.min(step / steps, 1);
}
