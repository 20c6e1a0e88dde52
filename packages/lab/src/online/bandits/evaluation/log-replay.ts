import { checkNumber, rangeError, readOptions } from "minimand/engine";
import type { Bandit } from "../bandit.ts";
import { randomStream } from "../random-stream.ts";
import { type BanditRecord, rewarded } from "./bandit-log.ts";
import { meanOf, type OffPolicyEstimate } from "./off-policy.ts";

/** What replay found. */
export interface ReplayEstimate extends OffPolicyEstimate {
  /** Decisions that counted. */
  accepted: number;
  /** Decisions with a reward. */
  n: number;
  /** The rewards that counted, in order. */
  rewards: Float64Array;
}

/**
 * Runs a learning bandit over a log as if it were live. A logged decision counts, and is learned from, where the bandit chooses the logged
 * arm. Of those, a decision of propensity p is kept with probability `least / p`, so that every context is as likely to count, whatever the
 * bandit would do. Under uniform logging all matches count.
 *
 * @param bandit learns; a fresh one, or one that goes on
 * @param options.least a lower bound of all arms' propensities, default the least one in the log; a larger one than the true
 * bound counts more decisions and is biased
 * @param options.seed of the decisions kept, default 0
 * @throws RangeError for a log without rewards, and where no decision counts
 * @see Li, Chu, Langford, Wang 2011, arXiv 1003.5956 (uniform logging); rejection sampling for other logs
 */
export function replayLog(
  bandit: Bandit,
  records: readonly BanditRecord[],
  options: { least?: number; seed?: number } = {},
): ReplayEstimate {
  readOptions("replayLog", options, { least: true, seed: true });
  const known = records.filter(rewarded);
  const { seed = 0, least = leastPropensity(known) } = options;
  if (known.length === 0) throw rangeError("records", "at least one decision with a reward", records);
  checkNumber("least", least, { above: 0, max: 1 });
  checkNumber("seed", seed, { integer: true });
  const random = randomStream(seed);
  const rewards: number[] = [];
  for (const record of known) {
    const { decisionId, action } = bandit.choose(record);
    const kept = random.uniform() < least / record.propensity;
    if (action === record.action && kept) {
      bandit.update(decisionId, record.reward);
      rewards.push(record.reward);
    } else bandit.expire(decisionId);
  }
  if (rewards.length === 0) throw rangeError("records", "decisions that the bandit would make too", records);
  return {
    ...meanOf(rewards),
    accepted: rewards.length,
    n: known.length,
    rewards: Float64Array.from(rewards),
  };
}

function leastPropensity(records: readonly BanditRecord[]): number {
  let least = 1;
  for (const { propensity, propensities } of records) {
    least = Math.min(least, propensity);
    for (const p of propensities ?? []) if (p > 0) least = Math.min(least, p);
  }
  return least;
}
