import type { RowCloud } from "../../results.ts";

/** Cells a side: with more of them the dots of a small panel would touch. */
const cells = 26;

/** Lowest and highest value that is drawn. */
export type Limits = readonly [low: number, high: number];

/**
 * Limits for values that a few far ones don't flatten: the whole range, but at most as far beyond the central 98 % as these are wide.
 *
 * @param values at least one, finite
 */
export function limitsOf(values: Float64Array): Limits {
  const sorted = values.toSorted();
  const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))];
  const spread = at(0.99) - at(0.01);
  return [Math.max(at(0), at(0.01) - spread), Math.min(at(1), at(0.99) + spread)];
}

/**
 * Returns rows as points, of which those in one cell of a grid of 26 by 26 are put together where their mean is.
 *
 * @param x one value per row
 * @param y one value per row
 * @param limits of the grid; values beyond are taken to its edge, and counted
 */
export function rowCloud(x: Float64Array, y: Float64Array, limits: { x: Limits; y: Limits }): RowCloud {
  const found = new Map<number, { x: number; y: number; count: number }>();
  let beyond = 0;
  for (let i = 0; i < x.length; i++) {
    const [inX, inY] = [within(x[i], limits.x), within(y[i], limits.y)];
    if (inX !== x[i] || inY !== y[i]) beyond++;
    const key = cellOf(inX, limits.x) * cells + cellOf(inY, limits.y);
    const cell = found.get(key) ?? { x: 0, y: 0, count: 0 };
    cell.x += inX;
    cell.y += inY;
    cell.count++;
    found.set(key, cell);
  }
  const dots = [...found].sort(([a], [b]) => a - b).map(([, cell]) => cell);
  return {
    x: dots.map((dot) => short(dot.x / dot.count)),
    y: dots.map((dot) => short(dot.y / dot.count)),
    count: dots.map(({ count }) => count),
    beyond,
  };
}

const within = (value: number, [low, high]: Limits): number => Math.min(high, Math.max(low, value));

const cellOf = (value: number, [low, high]: Limits): number =>
  high > low ? Math.min(cells - 1, Math.floor((cells * (value - low)) / (high - low))) : 0;

const short = (value: number): number => Number(value.toPrecision(6));
