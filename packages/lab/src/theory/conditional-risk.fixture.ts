import * as fc from "fast-check";
import { phiOfLog } from "./comp-sum-phi.ts";

/** Values of `tau` on both sides of every change of formula. */
export const taus = [0, 0.3, 0.5, 0.9, 1 - 1e-6, 1, 1 + 1e-6, 1.2, 1.5, 1.8, 1.9999, 2, 2.7];

/** Distributions over 2 to 10 classes, sparse and even ones among them. */
export const distribution = fc
  .array(fc.oneof(fc.constant(0), fc.double({ min: 1e-6, max: 1, noNaN: true })), {
    minLength: 2,
    maxLength: 10,
  })
  .filter((q) => q.some((v) => v > 0))
  .map(normalised);

export function normalised(q: readonly number[]): number[] {
  const sum = q.reduce((a, b) => a + b, 0);
  return q.map((v) => v / sum);
}

/** `sum_y q_y L_tau(h, y)` of one score vector. */
export function conditionalRisk(q: readonly number[], h: readonly number[], tau: number): number {
  return q.reduce((sum, p, y) => (p > 0 ? sum + p * phiOfLog(lossExponent(h, y), tau) : sum), 0);
}

/** `s = log sum_j exp(h_j - h_y)`. */
export function lossExponent(h: readonly number[], y: number): number {
  const max = Math.max(...h);
  return max - h[y] + Math.log(h.reduce((sum, v) => sum + Math.exp(v - max), 0));
}
