import { checkNumber, readOptions, typeError } from "minimand/engine";
import { checkSnapshot, checkWaiting } from "../learner.ts";
import { checkedVector } from "../vectors.ts";
import type { LearnerSnapshot, OnlineLearner } from "./online-learner.ts";

/** A decision, and the name under which its feedback comes back. */
export interface ServedDecision {
  id: number;
  x: Float64Array;
}

export interface SessionSnapshot {
  format: "minimand/online-session";
  version: 1;
  next: number;
  /** Decisions that wait for feedback: id and x. */
  open: [id: number, x: number[]][];
  learner: LearnerSnapshot;
}

/** A learner behind a service: decisions go out, feedback comes in later and in any order. */
export interface OnlineSession<Outcome> {
  /** The decision of the moment. Decisions without feedback in between are the same point under different ids. */
  decide(): ServedDecision;
  /**
   * Feedback on one decision, once.
   *
   * @throws RangeError for an id that was never given or was already answered, and as the learner does; nothing changes then
   */
  feedback(id: number, outcome: Outcome): void;
  /** Number of decisions that wait for feedback. */
  readonly open: number;
  /** Gives up waiting for a decision's feedback. */
  forget(id: number): void;
  snapshot(): SessionSnapshot;
  /** @throws TypeError, RangeError for anything but a snapshot of a session with the same learner; nothing changes then */
  restore(snapshot: SessionSnapshot): void;
}

/**
 * Serves decisions of a learner. Feedback is applied when it arrives, as the feedback of the learner's present round: steps go by
 * the order of arrival. With prompt feedback that is the algorithm itself; with delay it is a common rule outside of the theorems.
 *
 * @param learner belongs to the session from now on
 * @param options `gradient(x, outcome)`: the gradient at the decision, where feedback is an outcome rather than a gradient
 * @example
 * const session = serve(optimisticOmd({ domain: ballDomain(2, 1), G: 3 }));
 * const { id, x } = session.decide();
 * session.feedback(id, [0.1, -0.2]);
 */
export function serve(learner: OnlineLearner): OnlineSession<ArrayLike<number>>;
export function serve<Outcome>(
  learner: OnlineLearner,
  options: { gradient(x: Float64Array, outcome: Outcome): ArrayLike<number> },
): OnlineSession<Outcome>;
export function serve<Outcome>(
  learner: OnlineLearner,
  options: { gradient?(x: Float64Array, outcome: Outcome): ArrayLike<number> } = {},
): OnlineSession<Outcome> {
  const { gradient } = readOptions("serve", options, { gradient: true });
  let next = 0;
  let open = new Map<number, Float64Array>();
  const waiting = (id: number): Float64Array => {
    const x = open.get(id);
    const given = Number.isInteger(id) && id >= 0 && id < next;
    checkWaiting("id", id, x !== undefined ? "waiting" : given ? "settled" : "unknown");
    return x!;
  };
  return {
    decide() {
      const x = learner.predict();
      const id = next++;
      open.set(id, x);
      return { id, x: x.slice() };
    },
    feedback(id, outcome) {
      const x = waiting(id);
      const given = gradient === undefined ? (outcome as ArrayLike<number>) : gradient(x.slice(), outcome);
      const checked = checkedVector("gradient", given, learner.dimension);
      // The present round may not have been asked for yet: fixing its decision changes nothing that was given out.
      learner.predict();
      learner.update(checked);
      open.delete(id);
    },
    get open() {
      return open.size;
    },
    forget(id) {
      waiting(id);
      open.delete(id);
    },
    snapshot: () => ({
      format: "minimand/online-session",
      version: 1,
      next,
      open: [...open].map(([id, x]) => [id, Array.from(x)]),
      learner: learner.snapshot(),
    }),
    restore(snapshot) {
      checkSnapshot("an online session", snapshot, { format: "minimand/online-session", version: 1 });
      checkNumber("snapshot.next", snapshot.next, { min: 0, integer: true });
      if (!Array.isArray(snapshot.open)) throw typeError("snapshot.open", "an array", snapshot.open);
      const waiting = new Map<number, Float64Array>();
      for (const [i, [id, x]] of snapshot.open.entries()) {
        checkNumber(`snapshot.open[${i}][0]`, id, { min: 0, below: snapshot.next, integer: true });
        waiting.set(id, checkedVector(`snapshot.open[${i}][1]`, x, learner.dimension));
      }
      learner.restore(snapshot.learner);
      [next, open] = [snapshot.next, waiting];
    },
  };
}
