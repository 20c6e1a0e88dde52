import { checkNumber, rangeError, typeError } from "../../engine/errors.ts";
import { derive } from "../../engine/random.ts";
import type { Algorithm, Verdict } from "./algorithm.ts";
import { type Arms, type BanditContext, checkActionIds, contextReader } from "./context.ts";
import { decisionIds } from "./decision-ids.ts";
import { pendingDecisions, type SavedPending } from "./pending.ts";
import { randomStream } from "./random-stream.ts";
import { pack, unpack } from "./snapshot-bytes.ts";

/** What every bandit is told. */
export interface BanditOptions {
  /** Numbers in a context vector. */
  dim: number;
  /**
   * With a number K there are always K arms, the context is one vector for all and every arm has weights of its own.
   * Without, the context has a vector for each arm, all arms share the weights, and their number may change from round to round.
   */
  arms?: number;
  /** Lowest and highest possible reward, default [0, 1]. */
  rewardRange?: readonly [low: number, high: number];
  /** `scale` (default) divides every context vector by its norm; `check` refuses vectors whose norm isn't 1; `any` takes all. */
  norm?: "scale" | "check" | "any";
  /** Of everything random; default 0. */
  seed?: number;
}

/** A decision. */
export interface Decision {
  /** Names the decision in {@link Bandit.update}. */
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
 * Everything is synchronous. Methods that throw leave the bandit as it was.
 */
export interface Bandit {
  /** `neu-square-cb`, `lin-ucb`, ... */
  readonly kind: string;
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
  /** Everything, as bytes: {@link restoreBandit} continues bit for bit. */
  snapshot(): Uint8Array<ArrayBuffer>;
}

/** What a bandit consists of besides its algorithm. */
export interface Ledger {
  t: number;
  updates: number;
  random: Uint32Array;
  pending: SavedPending;
}

/** Version of the snapshots. */
export const snapshotVersion = 1;

/** A snapshot, unpacked. */
export interface Saved {
  kind: string;
  options: BanditOptions;
  ledger: Ledger;
  algorithm: object;
}

/**
 * Makes a bandit of an algorithm: contexts, decisions, rewards and snapshots are the same for all.
 *
 * @param options as given, plain data but for functions; they are part of the snapshot
 * @param rebuild makes the same bandit from a snapshot
 */
export function makeBandit(
  algorithm: Algorithm,
  options: BanditOptions & object,
  rebuild: (saved: Saved) => Bandit,
  ledger?: Ledger,
): Bandit {
  const { seed = 0, rewardRange = [0, 1] } = options;
  checkNumber("seed", seed, { integer: true });
  const [low, high] = checkRange(rewardRange);
  const readContext = contextReader(options);
  const ids = decisionIds(seed);
  const random = randomStream(ledger?.random ?? derive(seed, 11));
  const waiting = pendingDecisions(options.dim, ledger?.pending);
  let t = ledger?.t ?? 0;
  let updates = ledger?.updates ?? 0;

  const toReward = (share: number): number => low + share * (high - low);

  function verdictOn(arms: Arms, draw: boolean): Verdict {
    const held = random.state();
    const verdict = algorithm.decide(arms, t, draw ? random : null);
    for (const p of verdict.predicted) {
      if (Number.isFinite(p)) continue;
      random.resume(held);
      throw rangeError("learningRate", "one under which predictions stay finite; a lower rate may help", p);
    }
    return verdict;
  }

  /** The decision that waits under this name. */
  function waitingAt(decisionId: unknown): number {
    const number = ids.numberOf(decisionId);
    if (number === null || number >= t)
      throw rangeError("decisionId", "a decision of this bandit", decisionId);
    if (!waiting.has(number))
      throw rangeError(
        "decisionId",
        "a decision that waits for its reward (this one is settled)",
        decisionId,
      );
    return number;
  }

  function checkReward(reward: unknown): asserts reward is number {
    checkNumber("reward", reward, { min: low, max: high });
  }

  function learn(number: number, reward: number): void {
    const decision = waiting.get(number);
    if (decision === undefined) return;
    algorithm.learn(decision, (reward - low) / (high - low));
    waiting.delete(number);
    updates++;
  }

  const bandit: Bandit = {
    kind: algorithm.kind,
    propensities: algorithm.propensities,
    get decisions() {
      return t;
    },
    get updates() {
      return updates;
    },
    choose(context) {
      const arms = readContext(context);
      const actionIds = checkActionIds(context.actionIds, arms.count);
      const verdict = verdictOn(arms, true);
      const { propensities } = verdict;
      const action = verdict.action ?? draw(propensities, random.uniform());
      algorithm.chosen?.(arms, action);
      const memo = algorithm.memo?.(arms, action);
      waiting.add({
        t,
        action,
        slot: arms.own ? action : 0,
        propensity: propensities[action],
        x: arms.rows[action],
        memo: memo ?? null,
      });
      const decision: Decision = {
        decisionId: ids.nameOf(t),
        action,
        actionId: actionIds?.[action] ?? String(action),
        propensity: propensities[action],
        propensities,
        predicted: verdict.predicted.map(toReward),
        modelVersion: updates,
        t,
      };
      t++;
      return decision;
    },
    update(decisionId, reward) {
      const number = waitingAt(decisionId);
      checkReward(reward);
      learn(number, reward);
    },
    updateBatch(records) {
      const seen = new Set<number>();
      for (const { decisionId, reward } of records) {
        const number = waitingAt(decisionId);
        if (seen.has(number)) throw rangeError("decisionId", "each decision once", decisionId);
        seen.add(number);
        checkReward(reward);
      }
      for (const { decisionId, reward } of records) bandit.update(decisionId, reward);
    },
    expire(decisionId, reward) {
      const number = waitingAt(decisionId);
      if (reward === undefined) waiting.delete(number);
      else {
        checkReward(reward);
        learn(number, reward);
      }
    },
    pending: () => waiting.all().map(({ t: at, action }) => ({ decisionId: ids.nameOf(at), t: at, action })),
    explain(context) {
      const arms = readContext(context);
      checkActionIds(context.actionIds, arms.count);
      const { predicted, propensities, uncertainty } = verdictOn(arms, false);
      const best = predicted.reduce((a, b) => Math.max(a, b));
      return {
        predicted: predicted.map(toReward),
        gaps: predicted.map((p) => (best - p) * (high - low)),
        propensities,
        uncertainty: uncertainty?.map((u) => u * (high - low)) ?? null,
      };
    },
    freeze() {
      const frozen = rebuild(unpack(bandit.snapshot(), snapshotVersion) as Saved);
      return {
        propensities: (context) => frozen.explain(context).propensities,
        predicted: (context) => frozen.explain(context).predicted,
      };
    },
    snapshot() {
      const kept: Ledger = { t, updates, random: random.state(), pending: waiting.save() };
      return pack(
        { kind: algorithm.kind, options, ledger: kept, algorithm: algorithm.state() },
        snapshotVersion,
      );
    },
  };
  return bandit;
}

/** Inverse of the distribution function: the arm at which the running sum passes u. */
function draw(propensities: Float64Array, u: number): number {
  let sum = 0;
  let last = 0;
  for (let arm = 0; arm < propensities.length; arm++) {
    if (propensities[arm] === 0) continue;
    last = arm;
    sum += propensities[arm];
    if (u < sum) return arm;
  }
  // The sum may end below u by rounding.
  return last;
}

function checkRange(range: unknown): readonly [number, number] {
  if (!Array.isArray(range) || range.length !== 2)
    throw typeError("rewardRange", "the lowest and the highest reward", range);
  checkNumber("rewardRange[0]", range[0]);
  checkNumber("rewardRange[1]", range[1], { above: range[0] });
  return [range[0], range[1]];
}
