import { rangeError, typeError } from "minimand/engine";
import { outOfTurn } from "../learner.ts";
import { checkedVector, squaredDistance } from "../vectors.ts";
import { checkLimit, type GradientLimit, norm } from "./gradient-limit.ts";
import { headerOf, type LearnerState, restoredState, savedState } from "./learner-state.ts";
import type { Hint, OnlineLearner } from "./online-learner.ts";

/** What makes a learner: its state and how a round changes it. `play` and `learn` compute first and write last. */
export interface LearnerCore<S extends LearnerState, Feedback> {
  kind: string;
  state: S;
  /** Where a hint given as a function is evaluated; absent: the learner takes no hints. */
  standsAt?(): Float64Array;
  /** Decides x. `pointwise`: M was given as a function. Returns M where the learner made one of its own. */
  play(hint: Float64Array, pointwise: boolean): Float64Array | undefined;
  /** The gradient at x of the feedback; throws for invalid feedback. Default: a vector. */
  gradientOf?(feedback: Feedback): Float64Array;
  learn(gradient: Float64Array, feedback: Feedback): void;
  limit?: Partial<GradientLimit>;
  bound?(pathLength: number): number | null;
  memory?: { get(): unknown; set(value: unknown): void };
}

/** Returns a learner from its core: order of calls, checks, the record of gradients, snapshots. */
export function makeLearner<S extends LearnerState, Feedback = ArrayLike<number>>(
  core: LearnerCore<S, Feedback>,
): OnlineLearner<Feedback> {
  const { kind, state } = core;
  const dimension = state.x.length;
  const gradientOf =
    core.gradientOf ?? ((feedback: Feedback) => checkedVector("gradient", feedback, dimension));

  const hintFrom = (hint: Hint | undefined): Float64Array => {
    if (hint === undefined) return state.previous;
    if (core.standsAt === undefined) throw typeError("hint", `none: ${kind} takes no hints`, hint);
    const given = typeof hint === "function" ? hint(core.standsAt().slice()) : hint;
    const vector = checkedVector("hint", given, dimension);
    norm(vector);
    return vector;
  };

  return {
    kind,
    dimension,
    predict(hint) {
      if (state.decided === 1) {
        if (hint !== undefined)
          throw rangeError("hint", "one in the first call of a round", "after the decision");
        return state.x.slice();
      }
      const m = hintFrom(hint);
      const own = core.play(m, typeof hint === "function");
      state.hint.set(own ?? m);
      state.decided = 1;
      return state.x.slice();
    },
    update(feedback) {
      if (state.decided === 0) throw outOfTurn("update", "a decision first", "none");
      const gradient = gradientOf(feedback);
      const length = norm(gradient);
      const reported = checkLimit(state, length, core.limit ?? {});
      core.learn(gradient, feedback);
      if (reported) state.excess = state.rounds + 1;
      state.largest = Math.max(state.largest, length);
      state.variation += squaredDistance(gradient, state.previous);
      state.hintError += squaredDistance(gradient, state.hint);
      state.previous.set(gradient);
      state.rounds++;
      state.decided = 0;
    },
    report: () => ({
      rounds: state.rounds,
      step: state.step,
      variation: state.variation,
      hintError: state.hintError,
      excess: state.excess === 0 ? null : state.excess,
    }),
    bound(pathLength = 0) {
      if (!(pathLength >= 0)) throw rangeError("pathLength", "a number >= 0", pathLength);
      if (state.rounds === 0) return 0;
      return state.excess === 0 ? (core.bound?.(pathLength) ?? null) : null;
    },
    snapshot: () => ({
      ...headerOf(kind, dimension),
      state: savedState(state),
      ...(core.memory === undefined ? {} : { memory: core.memory.get() }),
    }),
    restore(snapshot) {
      const next = restoredState(snapshot, kind, state);
      if (core.memory !== undefined) core.memory.set(structuredClone(snapshot.memory ?? null));
      Object.assign(state, next);
    },
  };
}
