import { typeError } from "minimand/engine";
import { checkSnapshot } from "../learner.ts";
import { checkedVector } from "../vectors.ts";
import type { LearnerSnapshot } from "./online-learner.ts";

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

/** Returns the common part of a state. */
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

/** Returns the part of a snapshot by which it is known. */
export function headerOf(
  kind: string,
  dimension: number,
): Pick<LearnerSnapshot, "format" | "version" | "kind" | "dimension"> {
  return { format: "minimand/online-learner", version: 1, kind, dimension };
}

/** Returns a copy in plain numbers. A step that was not made yet, NaN, is left out: JSON has no NaN. */
export function savedState(state: LearnerState): LearnerSnapshot["state"] {
  const saved: LearnerSnapshot["state"] = {};
  for (const [name, value] of Object.entries(state)) {
    if (typeof value !== "number") saved[name] = Array.from(value);
    else if (!Number.isNaN(value)) saved[name] = value;
  }
  return saved;
}

/** Returns the numbers of a snapshot, in new arrays; throws unless they fit the state. */
export function restoredState<S extends LearnerState>(snapshot: LearnerSnapshot, kind: string, state: S): S {
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
