import { checkNumber, derive } from "minimand/engine";
import { checkWaiting } from "../learner.ts";
import { decisionIds } from "./decision-ids.ts";
import { type NewDecision, pendingDecisions, type SavedPending, type Waiting } from "./pending-decisions.ts";
import { type RandomStream, randomStream } from "./random-stream.ts";

/** The decisions of a bandit: how many there were, and which wait for their reward. */
export interface DecisionLedger {
  /** Decisions made. */
  readonly decisions: number;
  /** Rewards learned from. */
  readonly updates: number;
  /** What decisions are drawn by. */
  readonly random: RandomStream;
  /** Writes down the next decision; returns its name. */
  add(decision: NewDecision): string;
  /** The number of the decision that waits under a name; throws where none does. */
  numberOf(decisionId: unknown): number;
  /** Settles a decision by what is done with it, and counts it; nothing is settled where that throws. */
  learn(number: number, learn: (decision: Waiting) => void): void;
  /** Settles a decision without a reward. */
  drop(number: number): void;
  /** Those that wait, oldest first. */
  pending(): { decisionId: string; t: number; action: number }[];
  save(): SavedLedger;
}

/** A ledger as plain data and arrays. */
export interface SavedLedger {
  t: number;
  updates: number;
  random: Uint32Array;
  pending: SavedPending;
}

/** Returns an empty ledger, or one that was saved. */
export function decisionLedger(
  { dim, seed = 0 }: { dim: number; seed?: number },
  saved?: SavedLedger,
): DecisionLedger {
  checkNumber("seed", seed, { integer: true });
  const ids = decisionIds(seed);
  const random = randomStream(saved?.random ?? derive(seed, 11));
  const waiting = pendingDecisions(dim, saved?.pending);
  let t = saved?.t ?? 0;
  let updates = saved?.updates ?? 0;
  return {
    get decisions() {
      return t;
    },
    get updates() {
      return updates;
    },
    random,
    add(decision) {
      waiting.add(t, decision);
      return ids.nameOf(t++);
    },
    numberOf(decisionId) {
      const number = ids.numberOf(decisionId);
      const known = number !== null && number < t;
      checkWaiting(
        "decisionId",
        decisionId,
        !known ? "unknown" : waiting.has(number) ? "waiting" : "settled",
      );
      return number!;
    },
    learn(number, learn) {
      const decision = waiting.get(number);
      if (decision === undefined) return;
      learn(decision);
      waiting.delete(number);
      updates++;
    },
    drop: (number) => waiting.delete(number),
    pending: () => waiting.all().map(({ t: at, action }) => ({ decisionId: ids.nameOf(at), t: at, action })),
    save: () => ({ t, updates, random: random.state(), pending: waiting.save() }),
  };
}
