import type { Learner } from "../learner.ts";
import type { BanditContext, ContextOptions } from "./context.ts";

/** Options of every bandit. */
export interface BanditOptions extends ContextOptions {
  /** Lowest and highest possible reward, default [0, 1]. */
  rewardRange?: readonly [low: number, high: number];
  /** Of everything random; default 0. */
  seed?: number;
}

/** A decision. */
export interface Decision {
  /** Names the decision in {@link Bandit.update}. Anyone who knows the seed can compute it: a service gives out names of its own. */
  decisionId: string;
  /** Index of the chosen arm. */
  action: number;
  actionId: string;
  /** The probability with which it was chosen; see {@link Bandit.propensities} for what it is worth. */
  propensity: number;
  /** Of all arms, `[K]`. */
  propensities: Float64Array;
  /** Predicted rewards, `[K]`. */
  predicted: Float64Array;
  /** Updates the model has learned from. */
  modelVersion: number;
  /** Decisions made before. */
  t: number;
}

/** Why a bandit would choose what. */
export interface Explanation {
  predicted: Float64Array;
  /** Of the best predicted reward over each. */
  gaps: Float64Array;
  propensities: Float64Array;
  /** What is added for uncertainty, or its standard deviation, in rewards; null for bandits without. */
  uncertainty: Float64Array | null;
}

/** A policy that no longer learns. */
export interface FrozenPolicy {
  propensities(context: BanditContext): Float64Array;
  predicted(context: BanditContext): Float64Array;
}

/**
 * Decisions under uncertainty: chooses one of several arms for a context, learns from the reward of the chosen one.
 *
 * Everything is synchronous. Methods that throw leave the bandit as it was. Its snapshot is bytes that hold its options
 * as well: {@link restoreBandit} makes a bandit of them, `restore` brings this one back to them.
 */
export interface Bandit extends Learner<Uint8Array<ArrayBuffer>> {
  /**
   * What propensities are: `exact`; `estimated` (Thompson sampling, by Monte Carlo); `deterministic` (upper confidence
   * bounds: 1 for the chosen arm, of no use for off-policy evaluation).
   */
  readonly propensities: "exact" | "estimated" | "deterministic";
  /** Decisions made. */
  readonly decisions: number;
  /** Rewards learned from. */
  readonly updates: number;
  /**
   * Chooses an arm.
   *
   * @throws TypeError, RangeError for contexts of another shape, NaN, no arms, wrong norms
   */
  choose(context: BanditContext): Decision;
  /**
   * Learns the reward of a decision; in any order, however late.
   *
   * @throws RangeError for an unknown decision, one that was settled before, a reward outside of the range
   */
  update(decisionId: string, reward: number): void;
  /** Learns several, after all are checked. */
  updateBatch(records: readonly { decisionId: string; reward: number }[]): void;
  /**
   * Settles a decision whose reward never came: forgets it, or learns `reward` instead.
   *
   * @throws RangeError as {@link update}
   */
  expire(decisionId: string, reward?: number): void;
  /** Decisions that wait for their reward, oldest first. */
  pending(): { decisionId: string; t: number; action: number }[];
  /** What it would do, without doing it. */
  explain(context: BanditContext): Explanation;
  /** A copy that doesn't learn. */
  freeze(): FrozenPolicy;
}
