import type { Learner } from "../learner.ts";

/**
 * What a learner expects of the coming gradient: the vector M_t itself, or a function that gives it from the point at which the learner is,
 * such as `(x) => gradient of the last round's loss at x`.
 */
export type Hint = ArrayLike<number> | ((point: Float64Array) => ArrayLike<number>);

/**
 * A learner of decisions, one per round: `predict` plays x_t, `update` takes the gradient of the round's loss at x_t (a learner with
 * implicit steps takes the loss). All numbers are float64 on the host, and a round costs its arithmetic.
 */
export interface OnlineLearner<Feedback = ArrayLike<number>> extends Learner<LearnerSnapshot> {
  readonly dimension: number;
  /**
   * The decision of this round, a new array; the same one until the next `update`.
   *
   * @param hint only for optimistic learners and in the first call of a round; default the last gradient
   * @throws TypeError, RangeError for a hint that is no such vector, or that comes too late; the state stays as it was
   */
  predict(hint?: Hint): Float64Array;
  /**
   * Ends the round.
   *
   * @throws Error before `predict`; TypeError, RangeError for feedback of wrong length, NaN, infinite or, where a bound was
   *   stated, too large. The state stays as it was, so that the round can still be ended.
   */
  update(feedback: Feedback): void;
  /** Reports its state. */
  report(): LearnerReport;
  /**
   * What the theory says the regret cannot exceed after the rounds so far, from the numbers that were seen: an inequality for
   * every sequence of convex losses (each strongly convex or exp-concave, where the learner builds on that), not an
   * expectation. Null where the learner has no such bound.
   *
   * @param pathLength `sum_t ||u_t - u_{t-1}||` of the points compared with; default 0, one fixed point
   */
  bound(pathLength?: number): number | null;
}

export interface LearnerReport {
  /** Rounds that were ended. */
  rounds: number;
  /** eta_t of the last decision; NaN before the first and for learners without one. */
  step: number;
  /** `V = sum_t ||g_t - g_{t-1}||^2`, g_0 = 0: what can be observed of noise and drift. */
  variation: number;
  /** `sum_t ||g_t - M_t||^2`: how wrong the hints were; the same as `variation` without hints. */
  hintError: number;
  /** The first round whose gradient was larger than stated, where the learner is to go on after one; else null. */
  excess: number | null;
}

/** Plain numbers: JSON keeps them bit for bit (but for the sign of zeros). */
export interface LearnerSnapshot {
  format: "minimand/online-learner";
  version: 1;
  kind: string;
  dimension: number;
  state: { [name: string]: number | number[] };
  /** What isn't made of numbers: the last loss of a learner with implicit steps. */
  memory?: unknown;
}
