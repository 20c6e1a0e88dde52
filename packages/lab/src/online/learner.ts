import { rangeError, received, typeError } from "minimand/engine";

/**
 * What every online learner promises: bandits, convex learners and learners in MDPs.
 *
 * It decides (`choose`, `predict`), then gets the feedback of the decision (`update`, `feedback`), once per decision; a call out of turn is
 * an Error. One decision never waits for more than its own arithmetic. The same options and the same calls make the same decisions, bit for
 * bit, from a snapshot on as well. A call that throws leaves the learner as it was.
 */
export interface Learner<Snapshot> {
  /** Names the algorithm, in snapshots too. */
  readonly kind: string;
  /** Everything it remembers, as a copy. */
  snapshot(): Snapshot;
  /**
   * Goes back to a snapshot of a learner of the same kind with the same options.
   *
   * @throws TypeError, RangeError for anything else
   */
  restore(snapshot: Snapshot): void;
}

/** Returns the error for a call out of turn. */
export function outOfTurn(call: string, expected: string, got: string): Error {
  return new Error(`${call}: expected ${expected}, got ${got}`);
}

/** Throws unless a decision was made here and waits for its feedback. */
export function checkWaiting(
  argument: string,
  id: unknown,
  decision: "unknown" | "settled" | "waiting",
): void {
  if (decision === "unknown") throw rangeError(argument, "a decision of this learner", id);
  if (decision === "settled")
    throw rangeError(argument, "a decision that waits for its feedback (this one is settled)", id);
}

/** Returns the error for a value that is no snapshot at all. */
export function noSnapshot(of: string, value: unknown): TypeError {
  return typeError("snapshot", `what snapshot() of ${of} returns`, value);
}

/**
 * Throws unless a snapshot is of such a learner as this one.
 *
 * @param of what the learner is, with its article
 * @param own what must be equal: kind, version and shape or options, as plain data
 */
export function checkSnapshot(
  of: string,
  snapshot: unknown,
  own: { readonly [name: string]: unknown },
): void {
  if (typeof snapshot !== "object" || snapshot === null) throw noSnapshot(of, snapshot);
  const given = snapshot as { [name: string]: unknown };
  for (const [name, value] of Object.entries(own)) checkEqual(`snapshot.${name}`, value, given[name]);
}

/** Throws unless plain data are equal, and names the first place where they aren't. Functions are no data. */
function checkEqual(argument: string, own: unknown, given: unknown): void {
  if (typeof own === "function" || own === given) return;
  if (typeof own !== "object" || typeof given !== "object" || own === null || given === null)
    throw rangeError(argument, typeof own === "object" ? JSON.stringify(own) : received(own), given);
  const theirs = given as { [name: string]: unknown };
  for (const name of new Set([...Object.keys(own), ...Object.keys(theirs)]))
    checkEqual(`${argument}.${name}`, (own as typeof theirs)[name], theirs[name]);
}
