import { existsSync } from "node:fs";
import { commaHint, listed } from "@minimand/compare";
import {
  armsOf,
  type BanditContext,
  type BanditRecord,
  crossFittedRewards,
  evaluateOffPolicy,
  type OffPolicyEstimate,
  type OffPolicyEstimates,
  offPolicyEstimates,
  type ReplayEstimate,
  replayLog,
  restoreBandit,
} from "@minimand/lab/online";
import { didYouMean } from "minimand/engine";
import { isMendable, messageOf } from "../../error-text.ts";
import { UsageError } from "../../failure.ts";
import { readBytes } from "../../files/read-bytes.ts";
import { banditNamed, bandits } from "./bandit-choices.ts";
import type { BanditSettings } from "./bandit-settings.ts";

/** What a policy would have earned. */
export type Evaluation =
  | { policy: string; kind: "estimates"; estimates: OffPolicyEstimates }
  | { policy: string; kind: "replay"; replay: Omit<ReplayEstimate, "rewards"> };

/** How policies are evaluated. */
export interface EvaluationOptions {
  clip: number;
  seed: number;
  settings: BanditSettings;
}

/** Decisions of the log that can count. */
export type Rewarded = BanditRecord & { reward: number };

/** Mean logged reward: under the logging's own probabilities every weight is 1. */
export function loggedValue(records: readonly Rewarded[]): OffPolicyEstimate {
  const ones = records.map(() => 1);
  return offPolicyEstimates({ propensity: ones, target: ones, reward: records.map(({ reward }) => reward) })
    .ips;
}

/** The policies that always choose one of the log's named arms. */
export function armPolicies(records: readonly Rewarded[]): string[] {
  return [...new Set(records.flatMap(({ actionIds }) => actionIds ?? []))].map((arm) => `arm:${arm}`);
}

/**
 * Evaluates policies by their names: `uniform`, `greedy` (the best arm by a cross-fitted ridge regression), `arm:NAME`, a
 * bandit, which learns along a replay, or the file of a bandit's snapshot.
 *
 * @throws UsageError, RangeError, TypeError in one line
 */
export async function* evaluatePolicies(
  records: readonly Rewarded[],
  policies: readonly string[],
  options: EvaluationOptions,
): AsyncGenerator<Evaluation> {
  const model = crossFittedRewards(records);
  const index = new Map(records.map((record, i) => [record as BanditContext, i]));
  for (const policy of policies) {
    if (Object.hasOwn(bandits, policy)) {
      const { rewards: _, ...replay } = replayed(records, policy, options);
      yield { policy, kind: "replay", replay };
      continue;
    }
    const p = await policyNamed(policy, records, (context) => model(context, index.get(context) ?? 0));
    yield {
      policy,
      kind: "estimates",
      estimates: evaluateOffPolicy(records, p, { clip: options.clip, model }),
    };
  }
}

type Policy = (context: BanditContext) => ArrayLike<number>;

async function policyNamed(
  name: string,
  records: readonly Rewarded[],
  predict: (context: BanditContext) => ArrayLike<number>,
): Promise<Policy> {
  const count = (context: BanditContext): number => {
    const arms = armsOf(context as BanditRecord);
    if (arms === null)
      throw new UsageError(
        "the log: expected propensities or actionIds, which give the number of arms, got neither",
      );
    return arms;
  };
  if (name === "uniform") return (context) => new Float64Array(count(context)).fill(1 / count(context));
  if (name === "greedy")
    return (context) => {
      const q = predict(context);
      let best = 0;
      for (let arm = 1; arm < q.length; arm++) if (q[arm] > q[best]) best = arm;
      const p = new Float64Array(q.length);
      p[best] = 1;
      return p;
    };
  if (name.startsWith("arm:")) return always(name.slice("arm:".length), records, count);
  if (existsSync(name)) {
    const { bytes } = await readBytes(name, name);
    const frozen = ofSnapshot(name, () => restoreBandit(bytes).freeze());
    return (context) => ofSnapshot(name, () => frozen.propensities(context));
  }
  // For the suggestion of the nearest name.
  banditNamed("--policy (or uniform, greedy, arm:NAME, the file of a snapshot)", name);
  throw new UsageError(`--policy: got '${name}'`);
}

/** Says of which file an error is. A state that somebody else made may break only where it is used. */
function ofSnapshot<T>(name: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    const said = messageOf(error);
    if (isMendable(error)) throw new UsageError(`${name}: ${said}`);
    throw new UsageError(`${name}: expected the snapshot of a bandit, got one that can't be used (${said})`);
  }
}

function always(
  wanted: string,
  records: readonly Rewarded[],
  count: (context: BanditContext) => number,
): Policy {
  const indexIn = ({ actionIds }: BanditContext): number =>
    actionIds === undefined ? Number(wanted) : actionIds.indexOf(wanted);
  const known = records.some((record) => indexIn(record) >= 0 && indexIn(record) < count(record));
  if (!known) {
    const arms = armPolicies(records);
    const policy = `arm:${wanted}`;
    const named = arms.length === 0 ? "" : ` (${listed(arms.map((arm) => arm.slice("arm:".length)))})`;
    throw new UsageError(
      `--policy: expected an arm of the log after 'arm:'${named}, got '${wanted}'${commaHint(policy, arms) || didYouMean(policy, arms)}`,
    );
  }
  return (context) => {
    const p = new Float64Array(count(context));
    const arm = indexIn(context);
    // Where the arm isn't offered any other would have to do.
    if (arm >= 0 && arm < p.length) p[arm] = 1;
    else p.fill(1 / p.length);
    return p;
  };
}

function replayed(
  records: readonly Rewarded[],
  name: string,
  { seed, settings }: EvaluationOptions,
): ReplayEstimate {
  const [first] = records;
  const nested = Array.isArray(first.features[0]);
  const dim = nested ? (first.features[0] as number[]).length : first.features.length;
  const arms = armsOf(first);
  if (!nested && arms === null)
    throw new UsageError(
      "the log: expected propensities or actionIds, which give the number of arms, got neither",
    );
  if (!nested) checkSameArms(records, name);
  let [low, high] = [Infinity, -Infinity];
  for (const { reward } of records) [low, high] = [Math.min(low, reward), Math.max(high, reward)];
  const rewardRange = low < high ? ([low, high] as const) : ([low - 0.5, low + 0.5] as const);
  const make = banditNamed("--policy", name);
  return replayLog(
    make({ dim, seed, rewardRange, ...(nested ? {} : { arms: arms ?? 1 }) }, settings),
    records,
    { seed },
  );
}

/** A bandit with weights for each arm knows arms by their indices, and those that are absent from a decision would bias its replay. */
function checkSameArms(records: readonly Rewarded[], name: string): void {
  const [first] = records;
  const armsIn = (record: Rewarded): string => JSON.stringify(record.actionIds ?? armsOf(record));
  const all = armsIn(first);
  const other = records.find((record) => armsIn(record) !== all);
  if (other === undefined) return;
  throw new UsageError(
    `--policy: expected decisions with the same arms to replay ${name}, got others in ${JSON.stringify(first.decisionId)} and ${JSON.stringify(other.decisionId)}. Use greedy, or a log with a vector for each arm in features.`,
  );
}
