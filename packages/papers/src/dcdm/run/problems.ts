import { type PoissonOperator, poisson2d, ritzMixtures } from "@minimand/lab/solvers";
import { derive, normal, type RandomSource, randomSource } from "minimand/engine";

export const families = ["Ritz mixture", "plume", "white noise", "smooth", "plume, disc"] as const;
export type Family = (typeof families)[number];

/** An equation, and right-hand sides of norm 1. */
export interface Problem {
  A: PoissonOperator;
  rightHandSides: Float64Array[];
}

/** Draws right-hand sides of a family on a square grid, by a seed that no training has. */
export function problemOf(family: Family, size: number, seed: number, count: number): Problem {
  const shape = [size, size] as const;
  const A = family === "plume, disc" ? poisson2d({ shape, solid: disc(size) }) : poisson2d({ shape });
  if (family === "Ritz mixture") {
    const rightHandSides = ritzMixtures(A, A.size, { count, seed: derive(seed, families.length) });
    return { A, rightHandSides };
  }
  // Both families of plumes have the same right-hand sides.
  const stream = families.indexOf(family === "plume, disc" ? "plume" : family);
  const next = randomSource(derive(seed, stream, size));
  const draw = { plume, "plume, disc": plume, smooth, "white noise": () => () => normal(next) }[family];
  return { A, rightHandSides: Array.from({ length: count }, () => onGrid(A, size, draw(next))) };
}

/** Cells whose middle is in a disc around (0.5, 0.55) with the squared radius 0.02; the first coordinate goes along columns. */
function disc(size: number): Uint8Array {
  return Uint8Array.from({ length: size * size }, (_, cell) => {
    const [y, x] = middleOf(cell, size);
    return (x - 0.5) ** 2 + (y - 0.55) ** 2 < 0.02 ? 1 : 0;
  });
}

const middleOf = (cell: number, size: number): [y: number, x: number] => [
  (Math.floor(cell / size) + 0.5) / size,
  ((cell % size) + 0.5) / size,
];

/** A function at the middles of all fluid cells, as a vector of norm 1. */
function onGrid(A: PoissonOperator, size: number, f: (y: number, x: number) => number): Float64Array {
  const b = Float64Array.from({ length: size * size }, (_, cell) => {
    const [y, x] = middleOf(cell, size);
    return A.fluid[cell] * f(y, x);
  });
  const norm = Math.sqrt(b.reduce((sum, value) => sum + value * value, 0));
  return b.map((value) => value / norm);
}

/** A source below and a sink above. */
function plume(next: RandomSource): (y: number, x: number) => number {
  const width = 0.05 + 0.04 * next();
  const source = [0.75 + 0.1 * next(), 0.35 + 0.3 * next()];
  const sink = [source[0] - 0.15 - 0.25 * next(), source[1] + 0.1 * (next() - 0.5)];
  const blob = (y: number, x: number, [cy, cx]: number[]): number =>
    Math.exp(-((y - cy) ** 2 + (x - cx) ** 2) / (2 * width * width));
  return (y, x) => blob(y, x, source) - blob(y, x, sink);
}

/** A few long waves. */
function smooth(next: RandomSource): (y: number, x: number) => number {
  const waves = Array.from({ length: 6 }, () => ({
    size: normal(next),
    along: [1 + Math.floor(4 * next()), 1 + Math.floor(4 * next())],
    shift: [Math.PI * next(), Math.PI * next()],
  }));
  return (y, x) =>
    waves.reduce(
      (sum, { size, along, shift }) =>
        sum +
        size * Math.cos(Math.PI * along[0] * y + shift[0]) * Math.cos(Math.PI * along[1] * x + shift[1]),
      0,
    );
}
