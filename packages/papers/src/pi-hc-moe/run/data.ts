import { solveDiffusionSorption } from "@minimand/lab/solvers";
import { randomSource } from "minimand/engine";
import { family, grid, problem, reference } from "./settings.ts";

/** One start: `u0` far from the left end, where it is 1, and how far its profile reaches. */
export interface Instance {
  u0: number;
  delta: number;
}

/** Instances of the family. */
export function drawInstances(seed: number, count: number): Instance[] {
  const next = randomSource(seed);
  const between = ([low, high]: readonly [number, number]): number => low + (high - low) * next();
  return Array.from({ length: count }, () => ({ u0: between(family.u0), delta: between(family.delta) }));
}

/** `u(0, x) = u0 + (1 - u0) exp(-(x / delta)^2)`. */
export const profile =
  ({ u0, delta }: Instance) =>
  (x: number): number =>
    u0 + (1 - u0) * Math.exp(-((x / delta) ** 2));

/** The profiles of instances on the grid, one after another. */
export function initialLines(
  instances: readonly Instance[],
  places: readonly number[] = grid.places,
): Float32Array<ArrayBuffer> {
  return Float32Array.from(instances.flatMap((instance) => places.map(profile(instance))));
}

/** Inputs of the network, a row a point of each instance: time, place, u0 and delta, each from -1 to 1. */
export function inputRows(instances: readonly Instance[]): Float32Array<ArrayBuffer> {
  const from = (value: number, [low, high]: readonly [number, number]): number =>
    (2 * (value - low)) / (high - low) - 1;
  const { times, places } = grid;
  return Float32Array.from(
    instances.flatMap(({ u0, delta }) =>
      times.flatMap((t) =>
        places.flatMap((x) => [
          from(t, [times[0], times[times.length - 1]]),
          from(x, [0, 1]),
          from(u0, family.u0),
          from(delta, family.delta),
        ]),
      ),
    ),
  );
}

/** The numerical solution on the grid, row by row of times. */
export function solutionOf(instance: Instance): Float64Array {
  const every = (reference.points - 1) / (grid.places.length - 1);
  const lines = solveDiffusionSorption(profile(instance), grid.times, {
    rightBoundary: problem.rightBoundary,
    ...reference,
  });
  return Float64Array.from(lines.flatMap((line) => grid.places.map((_, i) => line[i * every])));
}
