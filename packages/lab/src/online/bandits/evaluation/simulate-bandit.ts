import {
  checkNumber,
  oneOf,
  randomSource,
  rangeError,
  readOptions,
  shuffle,
  typeError,
} from "minimand/engine";
import type { Bandit, Decision } from "../bandit.ts";
import type { BanditContext } from "../context.ts";

/** Rounds in which the reward of every arm is known, so that regret can be counted. */
export interface BanditEnvironment {
  rounds: number;
  /** The number of arms, for the bandit's `arms`; undefined where every arm has a vector of its own. */
  arms: number | undefined;
  /** Numbers in a context vector. */
  dim: number;
  context(round: number): BanditContext;
  /** The reward of an arm. */
  reward(round: number, action: number): number;
  /** The reward of the best arm. */
  best(round: number): number;
}

/** Options of {@link classificationToBandit}. */
export interface ClassificationOptions {
  /** Numbers a row. */
  features: number;
  classes: number;
  /**
   * `arms` (default): one vector for all arms, which have weights of their own. For bandits whose arms share weights: `block`, a vector for each
   * arm with the row in the arm's block and zeros elsewhere, `[classes, classes features]`; `one-hot`, the row and the arm's
   * unit vector, `[classes, features + classes]`.
   */
  encoding?: "arms" | "block" | "one-hot";
  /** Order of the rows, shuffled by it; default: as they come. */
  seed?: number;
  /** Rounds, default one pass; further passes come in the same order. */
  rounds?: number;
}

/**
 * Returns a classification task as a bandit: an arm a class, reward 1 for the right one and 0 for the others.
 *
 * @param x `[rows, features]`, row after row
 * @param y class ids, `[rows]`
 * @throws TypeError, RangeError for sizes that differ, ids out of range
 * @see the protocol of Zhou, Li, Gu 2020, arXiv 1911.04462, section 7 (`block`)
 */
export function classificationToBandit(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  options: ClassificationOptions,
): BanditEnvironment {
  const { features, classes, encoding, seed } = readOptions("classificationToBandit", options, {
    features: { min: 1, integer: true },
    classes: { min: 1, integer: true },
    encoding: ["arms", oneOf(["arms", "block", "one-hot"])],
    seed: true,
    rounds: true,
  });
  const rows = y.length;
  if (rows === 0 || x.length !== rows * features)
    throw rangeError("x", `${rows} rows of ${features} numbers`, x);
  for (let i = 0; i < rows; i++) checkNumber(`y[${i}]`, y[i], { min: 0, max: classes - 1, integer: true });
  const { rounds = rows } = options;
  checkNumber("rounds", rounds, { min: 1, integer: true });
  const order = Int32Array.from({ length: rows }, (_, i) => i);
  if (seed !== undefined) shuffle(order, randomSource(seed));
  const rowAt = (round: number): number => order[round % rows];

  function vectors(round: number): BanditContext["features"] {
    const from = rowAt(round) * features;
    const row = Float64Array.from({ length: features }, (_, i) => x[from + i]);
    if (encoding === "arms") return row;
    const width = encoding === "block" ? classes * features : features + classes;
    return Array.from({ length: classes }, (_, arm) => {
      const vector = new Float64Array(width);
      vector.set(row, encoding === "block" ? arm * features : 0);
      if (encoding === "one-hot") vector[features + arm] = 1;
      return vector;
    });
  }

  return {
    rounds,
    arms: encoding === "arms" ? classes : undefined,
    dim: encoding === "arms" ? features : encoding === "block" ? classes * features : features + classes,
    context: (round) => ({ features: vectors(round) }),
    reward: (round, action) => (y[rowAt(round)] === action ? 1 : 0),
    best: () => 1,
  };
}

/** How a simulation runs. */
export interface SimulationOptions {
  /** Rounds by which rewards come late, default 0. Those that are still out at the end are learned at the end. */
  delay?: number;
  /** Called after each round; return false to stop. */
  onRound?: (round: number, decision: Decision, reward: number) => boolean | undefined;
}

/** What a simulation found, over the rounds that were played. */
export interface Simulation {
  /** Summed difference to the best arms' rewards, after each round. */
  regret: Float64Array;
  /** Sum of rewards. */
  reward: number;
}

/**
 * Lets a bandit play an environment's rounds.
 *
 * @throws RangeError for a negative delay; whatever the bandit throws
 */
export function simulateBandit(
  bandit: Bandit,
  environment: BanditEnvironment,
  options: SimulationOptions = {},
): Simulation {
  const { delay, onRound } = readOptions("simulateBandit", options, { delay: [0], onRound: true });
  if (typeof environment?.context !== "function")
    throw typeError("environment", "an environment with rounds, context, reward and best", environment);
  checkNumber("delay", delay, { min: 0, integer: true });
  const late: { decisionId: string; reward: number }[] = [];
  const regret: number[] = [];
  let [total, lost] = [0, 0];
  for (let round = 0; round < environment.rounds; round++) {
    const decision = bandit.choose(environment.context(round));
    const reward = environment.reward(round, decision.action);
    late.push({ decisionId: decision.decisionId, reward });
    if (late.length > delay) {
      const [due] = late.splice(0, 1);
      bandit.update(due.decisionId, due.reward);
    }
    total += reward;
    lost += environment.best(round) - reward;
    regret.push(lost);
    if (onRound?.(round, decision, reward) === false) break;
  }
  bandit.updateBatch(late);
  return { regret: Float64Array.from(regret), reward: total };
}
