import type { numpy as np } from "@jax-js/jax";
import fc from "fast-check";
import { refTree } from "minimand/engine";
import { describe, expect, it } from "vitest";
import { arrayOf, distance, line, wave } from "./grids.fixture.ts";
import {
  diffusionSorption,
  equationResiduals,
  finiteDifference,
  partitionGrid,
  retardationFactor,
  softConstraintLoss,
  solveDiffusionSorption,
  solveTridiagonal,
  unpartitionGrid,
  vorticityTransport,
} from "./index.ts";

const numbers = (x: np.Array): number[] => [...(x.dataSync() as Float64Array)];

describe("finite differences", () => {
  it("are exact for lines on any points, and for parabolas inside of even ones", () => {
    const uneven = [0, 0.1, 0.5, 0.6, 1.3];
    const slope = numbers(
      finiteDifference(
        arrayOf(
          uneven.map((x) => 3 * x - 1),
          [5],
        ),
        uneven,
      ),
    );
    expect(distance(slope, [3, 3, 3, 3, 3])).toBeLessThan(1e-12);
    const even = line(6);
    const bent = arrayOf(
      even.map((x) => x * x),
      [6],
    );
    expect(
      distance(
        numbers(finiteDifference(bent, even)).slice(1, -1),
        even.slice(1, -1).map((x) => 2 * x),
      ),
    ).toBeLessThan(1e-12);
  });

  it("are taken along any axis", () => {
    const times = [0, 1, 3];
    const u = () =>
      arrayOf(
        times.flatMap((t) => [0, 1].map((x) => t * (x + 1))),
        [3, 2],
      );
    expect(finiteDifference(u(), times, 0).js()).toEqual(finiteDifference(u(), times, -2).js());
    expect(distance(numbers(finiteDifference(u(), times, 0)), [1, 2, 1, 2, 1, 2])).toBeLessThan(1e-12);
  });
});

describe("the retardation factor", () => {
  it("falls with the concentration, from its value at 0 and below", () => {
    const [below, zero, some, one] = numbers(retardationFactor(arrayOf([-1, 0, 0.3, 1], [4])));
    const C = (0.71 / 0.29) * 2880 * 3.5e-4 * 0.874;
    expect(C).toBeCloseTo(2.1569, 4);
    expect(below).toBe(zero);
    expect(zero).toBeCloseTo(1 + C * 1e-6 ** -0.126, 10);
    expect(some).toBeLessThan(zero);
    expect(one).toBeCloseTo(3.157, 3);
  });
});

describe("blocks of a grid", () => {
  it("are put together as they were, whatever stands before and behind", () => {
    const sizes = fc.integer({ min: 1, max: 3 });
    fc.assert(
      fc.property(sizes, sizes, sizes, sizes, sizes, sizes, (before, k1, n1, k2, n2, after) => {
        const shape = [before, k1 * n1, k2 * n2, after];
        const values = wave(
          shape.reduce((a, b) => a * b),
          1,
        );
        const blocks = partitionGrid(arrayOf(values, shape), [k1, k2], { firstAxis: 1 });
        expect(blocks.shape).toEqual([before, k1 * k2, n1, n2, after]);
        const whole = unpartitionGrid(blocks, [k1, k2], { firstAxis: 1 });
        expect(whole.shape).toEqual(shape);
        expect(numbers(whole)).toEqual([...values]);
      }),
      { numRuns: 20 },
    );
  });
});

describe("tridiagonal systems", () => {
  it("are solved", () => {
    const n = 9;
    const [lower, upper, x] = [wave(n, 1), wave(n, 2), wave(n, 3)];
    const diagonal = wave(n, 4).map((value) => 3 + value);
    const right = x.map((value, i) => {
      return diagonal[i] * value + (i > 0 ? lower[i] * x[i - 1] : 0) + (i < n - 1 ? upper[i] * x[i + 1] : 0);
    });
    expect(distance(solveTridiagonal(lower, diagonal, upper, right), x)).toBeLessThan(1e-12);
  });
});

describe("the numerical solution", () => {
  const times = line(6, 500);

  it("is that of the heat equation where nothing is sorbed, the better the finer, at second order", () => {
    const exact = (t: number, x: number) =>
      1 - Math.sin((Math.PI * x) / 2) * Math.exp(-2e-3 * (Math.PI / 2) ** 2 * t);
    const errorOf = (points: number, stepsPerInterval: number): number => {
      const lines = solveDiffusionSorption((x) => exact(0, x), times, {
        D: 2e-3,
        freundlichK: 0,
        rightBoundary: "closed",
        points,
        stepsPerInterval,
      });
      const last = lines[lines.length - 1];
      return distance(
        last,
        line(points).map((x) => exact(500, x)),
      );
    };
    const [coarse, fine] = [errorOf(17, 20), errorOf(33, 40)];
    expect(fine).toBeLessThan(1e-4);
    expect(coarse / fine).toBeGreaterThan(3.5);
  });

  it("fulfils the equation that networks are given, in both conditions at the right end", () => {
    const places = line(65);
    for (const rightBoundary of ["closed", "outflow"] as const) {
      const lines = solveDiffusionSorption((x) => 0.1 + 0.9 * Math.exp(-((x / 0.3) ** 2)), line(129, 500), {
        rightBoundary,
        points: 257,
        stepsPerInterval: 8,
      });
      // Every fourth point, from when what the start has of the other condition is gone.
      const from = 32;
      const u = lines.slice(from).flatMap((own) => places.map((_, i) => own[4 * i]));
      const grid = { times: line(129, 500).slice(from), places };
      const { equations, terms } = diffusionSorption(grid, { scale: 500, rightBoundary });
      const initial = arrayOf(u.slice(0, 65), [1, 65]);
      const found = equationResiduals(equations, terms(arrayOf(u, [1, 97, 65, 1]), initial));
      const rms = (r: np.Array): number => Math.sqrt(numbers(r).reduce((sum, v) => sum + v * v, 0) / r.size);
      const size = Object.fromEntries(Object.entries(found).map(([name, r]) => [name, rms(r.ref)]));
      expect(size.pde).toBeLessThan(0.02);
      expect(size.initial).toBeLessThan(1e-12);
      expect(size.left).toBeLessThan(1e-12);
      expect(size.right).toBeLessThan(0.02);
    }
  });
});

describe("vorticity", () => {
  const n = 8;
  const side = Array.from({ length: n }, (_, i) => (2 * Math.PI * i) / n);
  const times = line(9, 0.2);
  const square = (f: (x: number, y: number) => number): number[] =>
    side.flatMap((x) => side.map((y) => f(x, y)));
  const length = 2 * Math.PI;
  /** A decaying vortex, whose vorticity isn't carried. */
  const vortex = (t: number) => square((x, y) => 2 * Math.cos(x) * Math.cos(y) * Math.exp(-2 * t));

  it("has the velocity of its stream function", () => {
    const { velocity } = vorticityTransport({ times, points: n }, { length });
    const { u, v } = velocity(arrayOf(vortex(0), [1, 1, n, n, 1]));
    expect(
      distance(
        numbers(u),
        square((x, y) => -Math.cos(x) * Math.sin(y)),
      ),
    ).toBeLessThan(1e-12);
    expect(
      distance(
        numbers(v),
        square((x, y) => Math.sin(x) * Math.cos(y)),
      ),
    ).toBeLessThan(1e-12);
  });

  it("of a decaying vortex fulfils the equation, up to differences in time", () => {
    const { equations, terms } = vorticityTransport({ times, points: n }, { length, reynolds: 1 });
    const initial = vortex(0);
    const change = times.flatMap((t) => vortex(t).map((value, i) => value - initial[i]));
    const found = equationResiduals(
      equations,
      terms(arrayOf(change, [1, times.length, n, n, 1]), arrayOf(initial, [1, n, n])),
    );
    const inside = numbers(found.pde).slice(n * n, -n * n);
    expect(Math.max(...inside.map(Math.abs))).toBeLessThan(0.005);
  });

  it("keeps its initial value in the ansatz, and its mean", () => {
    const { ansatz } = vorticityTransport({ times, points: n }, { basisScale: 2 });
    const b = numbers(ansatz(arrayOf(wave(9 * n * n * 2, 1), [1, 9, n, n, 2])));
    expect(b.slice(0, 2 * n * n).every((value) => value === 0)).toBe(true);
    const last = b.slice(-2 * n * n);
    expect(last.some((value) => Math.abs(value) > 0.5)).toBe(true);
    expect(Math.abs(last.reduce((a, value) => a + value))).toBeLessThan(1e-10);
  });
});

describe("a soft constraint", () => {
  it("is the mean root, or mean, of the squares of each equation, summed", () => {
    const { equations, terms } = diffusionSorption({ times: line(4, 9), places: line(5) });
    const field = terms(arrayOf(wave(2 * 20, 1), [2, 4, 5, 1]), arrayOf(wave(10, 2).map(Math.abs), [2, 5]));
    const rows = Object.values(equationResiduals(equations, refTree(field))).map((r) => r.js() as number[][]);
    const means = rows.flatMap((own) => own.map((r) => r.reduce((sum, v) => sum + v * v, 0) / r.length));
    const sumOf = (f: (mean: number) => number) => means.reduce((sum, value) => sum + f(value) / 2, 0);
    expect(softConstraintLoss(equations, refTree(field)).item()).toBeCloseTo(sumOf(Math.sqrt), 10);
    expect(softConstraintLoss(equations, field, { form: "squared" }).item()).toBeCloseTo(
      sumOf((m) => m),
      8,
    );
  });
});

describe("bad input", () => {
  const u = () => arrayOf(wave(12, 1), [3, 4]);
  const grid = { times: [0, 1, 2], places: [0, 0.5, 1] };
  const cases: [string, () => unknown, string][] = [
    [
      "points that don't rise",
      () => finiteDifference(u(), [0, 1, 1, 2]),
      "coordinates: expected numbers that rise, got 1",
    ],
    [
      "another number of points",
      () => finiteDifference(u(), [0, 1], 0),
      "coordinates: expected 3 numbers that rise, got an array of length 2",
    ],
    [
      "an axis that isn't there",
      () => finiteDifference(u(), [0, 1], 2),
      "axis: expected an integer >= -2 and < 2, got 2",
    ],
    [
      "more experts than the grid divides",
      () => partitionGrid(u(), [1, 3]),
      "experts[1]: expected a divisor of 4, got 3",
    ],
    [
      "a number of experts for all axes",
      () => partitionGrid(u(), 4 as never),
      "experts: expected numbers of blocks, one an axis of the grid, got 4",
    ],
    [
      "another number of blocks",
      () => unpartitionGrid(u(), [2]),
      "blocks: expected 2 blocks on axis 0, got float64[3, 4]",
    ],
    [
      "a medium without pores",
      () => retardationFactor(u(), { porosity: 0 }),
      "porosity: expected a finite number > 0 and < 1, got 0",
    ],
    [
      "a boundary that can't be solved",
      () => solveDiffusionSorption(() => 1, [0, 1], { rightBoundary: "printed" as never }),
      'rightBoundary: expected one of "outflow", "closed", got "printed"',
    ],
    [
      "times that don't rise",
      () => solveDiffusionSorption(() => 1, [0, 0]),
      "times[1]: expected a number above 0, got 0",
    ],
    [
      "initial values that aren't finite",
      () => solveDiffusionSorption((x) => 1 / x, [0, 1]),
      "initial: expected finite values, got Infinity",
    ],
    [
      "lists of different lengths",
      () => solveTridiagonal([1], [1, 2], [1, 2], [1, 2]),
      "lower: expected 2 numbers, got an array of length 1",
    ],
    [
      "a field of another grid",
      () => diffusionSorption(grid).terms(arrayOf([1], [1, 1, 1, 1]), u()),
      "u: expected shape [batch, 3, 3, size], got float64[1, 1, 1, 1]",
    ],
    [
      "a vorticity of another grid",
      () => vorticityTransport({ times: [0, 1], points: 4 }).velocity(u()),
      "w: expected shape [batch, times, 4, 4, size], got float64[3, 4]",
    ],
  ];

  it.each(cases)("%s is one clear error", (_, run, message) => {
    expect(run).toThrow(message);
  });

  it("a basis of several functions has no residual of its own", () => {
    const { equations, terms } = diffusionSorption(grid);
    const two = terms(arrayOf(wave(18, 1), [1, 3, 3, 2]), arrayOf([1, 1, 1], [1, 3]));
    expect(() => equationResiduals(equations, two)).toThrow("terms.pde.fields.u: expected a last axis of 1");
  });
});
