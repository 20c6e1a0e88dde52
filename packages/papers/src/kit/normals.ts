import type { RandomSource } from "minimand/engine";

/** Returns a source of standard normal numbers by Box and Muller, two at a time. */
export function normalPairs(next: RandomSource): () => number {
  let kept: number | null = null;
  return () => {
    if (kept !== null) {
      const value = kept;
      kept = null;
      return value;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - next()));
    const angle = 2 * Math.PI * next();
    kept = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  };
}

/** Returns a source of standard normal numbers, one for every two uniform numbers. */
export const normals =
  (next: RandomSource): (() => number) =>
  () =>
    Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
