import { expect } from "vitest";
import { randomSource } from "./random.ts";

type Numbers = Float64Array<ArrayBuffer>;

/**
 * Expects gradients to tell the slopes of a function, which are central differences, along some directions. Each direction
 * moves every number of every array, so that one wrong entry shows, and costs two values instead of two an entry.
 */
export function expectSlopes(
  valueAt: (points: Numbers[]) => number,
  start: readonly ArrayLike<number>[],
  gradients: readonly ArrayLike<number>[],
  { h = 1e-6, tolerance = 1e-7, directions = 3 } = {},
): void {
  expect(gradients.map((g) => g.length)).toEqual(start.map((x) => x.length));
  const next = randomSource(directions);
  for (let k = 0; k < directions; k++) {
    const along = start.map((x) => Float64Array.from({ length: x.length }, () => away(next())));
    const moved = (by: number) => start.map((x, m) => Float64Array.from(x, (v, i) => v + by * along[m][i]));
    const difference = (valueAt(moved(h)) - valueAt(moved(-h))) / (2 * h);
    let slope = 0;
    for (const [m, g] of gradients.entries()) for (let i = 0; i < g.length; i++) slope += g[i] * along[m][i];
    expect(Math.abs(slope - difference), `slope ${slope}, difference ${difference}`).toBeLessThan(
      tolerance * (1 + Math.abs(slope)),
    );
  }
}

/** A uniform number of [0, 1) as one of 0.5 to 1.5 with a sign: none so small that its entry wouldn't count. */
const away = (u: number): number => (u < 0.5 ? -0.5 - 2 * u : 2 * u - 0.5);
