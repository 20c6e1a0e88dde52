import { rangeError } from "minimand/engine";
import { inner } from "../vectors.ts";
import type { LearnerState } from "./learner-state.ts";

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

/** Returns the length of a gradient; throws where its square is beyond float64. */
export function norm(gradient: Float64Array): number {
  const square = inner(gradient, gradient);
  if (!Number.isFinite(square)) throw rangeError("gradient", "numbers whose squares are finite", square);
  return Math.sqrt(square);
}

/** Throws for a gradient longer than stated; with `onExcess` reports the first instead, and returns whether it did. Changes nothing. */
export function checkLimit(
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
