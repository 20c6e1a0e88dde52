import { rangeError } from "minimand/engine";
import { checkSnapshot, noSnapshot } from "../learner.ts";
import type { Algorithm, Verdict } from "./algorithm.ts";
import { drawArm } from "./arm-choice.ts";
import type { Bandit, BanditOptions } from "./bandit.ts";
import { type Arms, checkActionIds, contextReader } from "./context.ts";
import { decisionLedger, type SavedLedger } from "./decision-ledger.ts";
import { rewardRangeOf } from "./reward-range.ts";
import { pack, unpack } from "./snapshot-bytes.ts";

/** Version of the snapshots. */
const snapshotVersion = 1;

/** A snapshot, unpacked. */
export interface SavedBandit<State = unknown> {
  kind: string;
  options: BanditOptions;
  ledger: SavedLedger;
  algorithm: State;
}

/** @throws TypeError for other bytes; RangeError for another version, bytes that were cut short or changed */
export function unpackBandit(snapshot: Uint8Array): SavedBandit {
  const saved = unpack(snapshot, snapshotVersion);
  if (typeof saved !== "object" || saved === null) throw noSnapshot("a bandit", saved);
  return saved as SavedBandit;
}

/**
 * Builds from a snapshot, whose checksum anyone can compute for any state.
 *
 * @throws RangeError for options or a state that no bandit has
 */
export function rebuilt<T>(build: () => T): T {
  try {
    return build();
  } catch (cause) {
    const got = `one that can't be restored (${(cause as Error).message})`;
    throw new RangeError(`snapshot: expected the state of a bandit, got ${got}`, { cause });
  }
}

/**
 * Makes a bandit of an algorithm: contexts, decisions, rewards and snapshots are the same for all.
 *
 * @param options as given, plain data but for functions; they are part of the snapshot
 * @param build makes the algorithm, new or from its state
 * @param saved where to go on
 */
export function makeBandit<State>(
  options: BanditOptions,
  build: (state?: State) => Algorithm,
  saved?: SavedBandit,
): Bandit {
  let algorithm = build(saved?.algorithm as State | undefined);
  let ledger = decisionLedger(options, saved?.ledger);
  const rewards = rewardRangeOf(options.rewardRange ?? [0, 1]);
  const readContext = contextReader(options);
  const { kind } = algorithm;

  /** Without `draws` only the probabilities are asked for. */
  function verdictOn(arms: Arms, draws: boolean): Verdict {
    const { random } = ledger;
    const held = random.state();
    const verdict = algorithm.decide(arms, ledger.decisions, draws ? random : null);
    const { predicted } = verdict;
    for (let arm = 0; arm < predicted.length; arm++) {
      if (Number.isFinite(predicted[arm])) continue;
      random.resume(held);
      const expected = "one under which predictions stay finite; a lower rate may help";
      throw rangeError("learningRate", expected, predicted[arm]);
    }
    return verdict;
  }

  function learn(number: number, reward: number): void {
    ledger.learn(number, (decision) => algorithm.learn(decision, rewards.shareOf(reward)));
  }

  const bandit: Bandit = {
    kind,
    propensities: algorithm.propensities,
    get decisions() {
      return ledger.decisions;
    },
    get updates() {
      return ledger.updates;
    },
    choose(context) {
      const arms = readContext(context);
      const actionIds = checkActionIds(context.actionIds, arms.count);
      const { predicted, propensities, action: chosen } = verdictOn(arms, true);
      for (let arm = 0; arm < predicted.length; arm++) predicted[arm] = rewards.rewardOf(predicted[arm]);
      const action = chosen ?? drawArm(propensities, ledger.random.uniform());
      algorithm.chosen?.(arms, action);
      const t = ledger.decisions;
      const propensity = propensities[action];
      const decisionId = ledger.add({
        action,
        slot: arms.own ? action : 0,
        propensity,
        x: arms.rows[action],
        memo: algorithm.memo?.(arms, action) ?? null,
      });
      return {
        decisionId,
        action,
        actionId: actionIds?.[action] ?? String(action),
        propensity,
        propensities,
        predicted,
        modelVersion: ledger.updates,
        t,
      };
    },
    update(decisionId, reward) {
      const number = ledger.numberOf(decisionId);
      rewards.check(reward);
      learn(number, reward);
    },
    updateBatch(records) {
      const seen = new Set<number>();
      for (const { decisionId, reward } of records) {
        const number = ledger.numberOf(decisionId);
        if (seen.has(number)) throw rangeError("decisionId", "each decision once", decisionId);
        seen.add(number);
        rewards.check(reward);
      }
      for (const { decisionId, reward } of records) bandit.update(decisionId, reward);
    },
    expire(decisionId, reward) {
      const number = ledger.numberOf(decisionId);
      if (reward !== undefined) bandit.update(decisionId, reward);
      else ledger.drop(number);
    },
    pending: () => ledger.pending(),
    explain(context) {
      const arms = readContext(context);
      checkActionIds(context.actionIds, arms.count);
      const { predicted, propensities, uncertainty } = verdictOn(arms, false);
      const best = predicted.reduce((a, b) => Math.max(a, b));
      return {
        predicted: predicted.map(rewards.rewardOf),
        gaps: predicted.map((p) => (best - p) * rewards.width),
        propensities,
        uncertainty: uncertainty?.map((u) => u * rewards.width) ?? null,
      };
    },
    freeze() {
      const frozen = makeBandit(options, build, unpackBandit(bandit.snapshot()));
      return {
        propensities: (context) => frozen.explain(context).propensities,
        predicted: (context) => frozen.explain(context).predicted,
      };
    },
    snapshot: () =>
      pack({ kind, options, ledger: ledger.save(), algorithm: algorithm.state() }, snapshotVersion),
    restore(snapshot) {
      const given = unpackBandit(snapshot);
      checkSnapshot("a bandit", given, { kind, options });
      [algorithm, ledger] = rebuilt(() => [
        build(given.algorithm as State),
        decisionLedger(options, given.ledger),
      ]);
    },
  };
  return bandit;
}
