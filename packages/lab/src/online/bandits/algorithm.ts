import type { Arms } from "./context.ts";
import type { Waiting } from "./pending-decisions.ts";
import type { RandomStream } from "./random-stream.ts";

/** What an algorithm thinks of the arms. */
export interface Verdict {
  /** Rewards as shares of their range, `[K]`: 0 the lowest, 1 the highest. The array is the caller's alone. */
  predicted: Float64Array;
  propensities: Float64Array;
  /** Same scale as `predicted`. */
  uncertainty?: Float64Array;
  /** Where the algorithm chooses itself; otherwise the arm is drawn by `propensities`. */
  action?: number;
}

/** The part of a bandit in which bandits differ. */
export interface Algorithm {
  readonly kind: string;
  readonly propensities: "exact" | "estimated" | "deterministic";
  /** Changes nothing but `random`; null where only the propensities are wanted. */
  decide(arms: Arms, t: number, random: RandomStream | null): Verdict;
  /** The decision is made. */
  chosen?(arms: Arms, action: number): void;
  /** Numbers to keep with the decision until its reward comes, always as many as a context vector has. */
  memo?(arms: Arms, action: number): Float64Array;
  /** @param reward in [0, 1] */
  learn(decision: Waiting, reward: number): void;
  /** Plain data and typed arrays; the arrays are its own. */
  state(): object;
}
