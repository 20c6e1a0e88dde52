import { rangeError, typeError } from "../../engine/errors.ts";
import { checkSnapshot, type Learner, outOfTurn } from "../learner.ts";
import { checkedVector, inner, squaredDistance } from "../vectors.ts";

/**
 * What a learner expects of the coming gradient: the vector M_t itself, or a function that gives it from the point at which
 * the learner stands, such as `(x) => gradient of the last round's loss at x`.
 */
export type Hint = ArrayLike<number> | ((point: Float64Array) => ArrayLike<number>);

/**
 * A learner of decisions, one a round: `predict` plays x_t, `update` takes the gradient of the round's loss at x_t (a
 * learner with implicit steps takes the loss). All numbers are float64 on the host, and a round costs its arithmetic.
 */
export interface OnlineLearner<Feedback = ArrayLike<number>> extends Learner<LearnerSnapshot> {
  readonly dimension: number;
  /**
   * The decision of this round, a new array; the same one until the next `update`.
   *
   * @param hint only for optimistic learners and in the first call of a round; default the last gradient
   * @throws TypeError, RangeError for a hint that is no such vector, or that comes too late; the state stays as it was
   */
  predict(hint?: Hint): Float64Array;
  /**
   * Ends the round.
   *
   * @throws Error before `predict`; TypeError, RangeError for feedback of wrong length, NaN, infinite or, where a bound was
   *   stated, too large. The state stays as it was, so that the round can still be ended.
   */
  update(feedback: Feedback): void;
  /** How it stands. */
  report(): LearnerReport;
  /**
   * What the theory says the regret cannot exceed after the rounds so far, from the numbers that were seen: an inequality for
   * every sequence of convex losses (each strongly convex or exp-concave, where the learner builds on that), not an
   * expectation. Null where the learner has no such bound.
   *
   * @param pathLength `sum_t ||u_t - u_{t-1}||` of the points compared with; default 0, one fixed point
   */
  bound(pathLength?: number): number | null;
}

export interface LearnerReport {
  /** Rounds that were ended. */
  rounds: number;
  /** eta_t of the last decision; NaN before the first and for learners without one. */
  step: number;
  /** `V = sum_t ||g_t - g_{t-1}||^2`, g_0 = 0: what can be observed of noise and drift. */
  variation: number;
  /** `sum_t ||g_t - M_t||^2`: how wrong the hints were; the same as `variation` without hints. */
  hintError: number;
  /** The first round whose gradient was larger than stated, where the learner was told to go on; else null. */
  excess: number | null;
}

/** Plain numbers: JSON keeps them bit for bit (but for the sign of zeros). */
export interface LearnerSnapshot {
  format: "minimand/online-learner";
  version: 1;
  kind: string;
  dimension: number;
  state: { [name: string]: number | number[] };
  /** What isn't made of numbers: the last loss of a learner with implicit steps. */
  memory?: unknown;
}

/** Numbers and vectors of a learner, all that it remembers; a snapshot copies every one of them. */
export type LearnerState = {
  rounds: number;
  /** 1 between `predict` and `update`. */
  decided: number;
  x: Float64Array;
  previous: Float64Array;
  hint: Float64Array;
  step: number;
  variation: number;
  hintError: number;
  /** The part of the learner's bound that grows with the rounds. */
  price: number;
  /** The longest gradient so far. */
  largest: number;
  /** The first round with a gradient longer than stated; 0: none. */
  excess: number;
};

/** The common part of a state. */
export function freshState(dimension: number): LearnerState {
  const zeros = () => new Float64Array(dimension);
  return {
    rounds: 0,
    decided: 0,
    x: zeros(),
    previous: zeros(),
    hint: zeros(),
    step: Number.NaN,
    variation: 0,
    hintError: 0,
    price: 0,
    largest: 0,
    excess: 0,
  };
}

/** What a gradient may be: its norm at most G. */
export interface GradientLimit {
  /**
   * G > 0: no gradient is longer. `"running"` takes the longest gradient so far instead; the theorems want G in advance, so
   * that is a heuristic.
   */
  G: number | "running";
  /**
   * Called once, with the first gradient longer than G; the learner then goes on, and its bound no longer holds. Without
   * it such a gradient is an error. Nothing is ever clipped.
   */
  onExcess?(round: number, norm: number): void;
}

/** The length of a gradient; throws where its square is beyond float64. */
export function norm(gradient: Float64Array): number {
  const square = inner(gradient, gradient);
  if (!Number.isFinite(square)) throw rangeError("gradient", "numbers whose squares are finite", square);
  return Math.sqrt(square);
}

/**
 * Throws for a gradient longer than stated; with `onExcess` tells of the first, and returns whether it told. Changes nothing.
 */
function checkLimit(
  { rounds, excess }: LearnerState,
  length: number,
  { G, onExcess }: Partial<GradientLimit>,
): boolean {
  if (typeof G !== "number" || length <= G * (1 + 1e-9)) return false;
  if (onExcess === undefined) throw rangeError("gradient", `a norm <= G = ${G}`, length);
  if (excess > 0) return false;
  onExcess(rounds + 1, length);
  return true;
}

/** What makes a learner: its state and how a round changes it. `play` and `learn` compute first and write last. */
export interface LearnerCore<S extends LearnerState, Feedback> {
  kind: string;
  state: S;
  /** Where a hint given as a function is evaluated; absent: the learner takes no hints. */
  standsAt?(): Float64Array;
  /**
   * Decides x. `pointwise` tells that M was given as a function. Returns M where the learner made one of its own.
   */
  play(hint: Float64Array, pointwise: boolean): Float64Array | undefined;
  /** The gradient at x of the feedback; throws for feedback that is none. Default: a vector. */
  gradientOf?(feedback: Feedback): Float64Array;
  learn(gradient: Float64Array, feedback: Feedback): void;
  limit?: Partial<GradientLimit>;
  bound?(pathLength: number): number | null;
  memory?: { get(): unknown; set(value: unknown): void };
}

/** A learner from its core: order of calls, checks, the record of gradients, snapshots. */
export function learnerOf<S extends LearnerState, Feedback = ArrayLike<number>>(
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
      const told = checkLimit(state, length, core.limit ?? {});
      core.learn(gradient, feedback);
      if (told) state.excess = state.rounds + 1;
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

function headerOf(
  kind: string,
  dimension: number,
): Pick<LearnerSnapshot, "format" | "version" | "kind" | "dimension"> {
  return { format: "minimand/online-learner", version: 1, kind, dimension };
}

/** A copy in plain numbers. A step that was not made yet, NaN, is left out: JSON has no NaN. */
function savedState(state: LearnerState): LearnerSnapshot["state"] {
  const saved: LearnerSnapshot["state"] = {};
  for (const [name, value] of Object.entries(state)) {
    if (typeof value !== "number") saved[name] = Array.from(value);
    else if (!Number.isNaN(value)) saved[name] = value;
  }
  return saved;
}

/** The numbers of a snapshot, in new arrays; throws unless they fit the state. */
function restoredState<S extends LearnerState>(snapshot: LearnerSnapshot, kind: string, state: S): S {
  checkSnapshot("an online learner", snapshot, headerOf(kind, state.x.length));
  const next: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(state)) {
    const saved: unknown = snapshot.state?.[name];
    const argument = `snapshot.state.${name}`;
    if (typeof value !== "number") next[name] = checkedVector(argument, saved, value.length);
    else if (saved === undefined && name === "step") next[name] = Number.NaN;
    else if (typeof saved === "number" && Number.isFinite(saved)) next[name] = saved;
    else throw typeError(argument, "a finite number", saved);
  }
  return next as S;
}
