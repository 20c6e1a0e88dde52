import { lax, numpy as np } from "@jax-js/jax";

/** One operation: its name, two operands and a choice among its variants. */
export interface Step {
  op: string;
  a: number;
  b: number;
  c: number;
}

/** A value and how large its elements may be. */
export interface Value {
  x: np.Array;
  bound: number;
}

/** The values made so far: picking one, by any number, counts as a use of it. */
export interface Pool {
  float(n: number): Value;
  int(n: number): Value;
  bool(n: number): np.Array;
  /** Gives what takes the place of positions along an axis of some size, which may be outside of it. */
  positions(index: np.Array, size: number): np.Array;
}

export type Operation = (pool: Pool, step: Step) => Value | Value[];
export type Operations = Readonly<Record<string, Operation>>;

export const sizeOf = (shape: readonly number[]): number => shape.reduce((n, size) => n * size, 1);

/** An axis of an array that has one. */
export const axisOf = (x: np.Array, n: number): number => n % Math.max(1, x.ndim);

/** A number that no computed value meets exactly, so that comparisons with it are no matter of rounding; float32. */
export const offset = (c: number): number => Math.fround(0.137 + 0.2917 * (c % 5) - 0.4);

/** A number of an integer type. */
export const int = (value: number, dtype: "int32" | "uint32" = "int32"): np.Array =>
  np.array(value, { dtype: np[dtype] });

/** Integers. The engine's eager constants stay fractions in a conversion, so they are rounded before it. */
export function whole(x: np.Array, c: number): np.Array {
  return np.floor(lax.stopGradient(x).mul(4).add(offset(c))).astype(np.int32);
}

/** The value with axes of size one in front, up to a rank. */
export const withRank = (rank: number, { x, bound }: Value): Value => ({
  x: x.ndim >= rank ? x : x.reshape([...new Array<number>(rank - x.ndim).fill(1), ...x.shape]),
  bound,
});

export function broadcastsWith(a: readonly number[], b: readonly number[]): boolean {
  const rank = Math.min(a.length, b.length);
  for (let i = 1; i <= rank; i++) {
    const [m, n] = [a[a.length - i], b[b.length - i]];
    if (m !== n && m !== 1 && n !== 1) return false;
  }
  return true;
}

/** The second operand, or its sum where it doesn't broadcast with the first. */
export function matched({ x }: Value, other: Value): Value {
  if (broadcastsWith(x.shape, other.x.shape)) return other;
  return { bound: other.bound * other.x.size, x: other.x.sum() };
}

/** Another array in the place of one, which is disposed of. */
export function instead(given: np.Array, other: np.Array): np.Array {
  given.dispose();
  return other;
}
