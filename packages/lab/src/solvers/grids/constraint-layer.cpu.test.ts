import { numpy as np } from "@jax-js/jax";
import { compiledValueAndGrad, refTree } from "minimand/engine";
import { describe, expect, it } from "vitest";
import { leastSquaresSolver } from "../least-squares/index.ts";
import type { Named } from "./equations.ts";
import { arrayOf, distance, line, tabulate } from "./grids.fixture.ts";
import {
  diffusionSorption,
  type Equations,
  type LayerTerms,
  type LinearCombinationLayerOptions,
  linearCombinationLayer,
  softConstraintLoss,
  vorticityTransport,
} from "./index.ts";
import { sampledRows } from "./layer-rows.ts";
import { linearCombination } from "./linear-combination.ts";

const numbers = (x: np.Array): number[] => [...(x.dataSync() as Float64Array)];
const [times, places] = [line(6, 500), line(8)];
const grid = [6, 8];
const pde = diffusionSorption({ times, places }, { scale: 500, rightBoundary: "closed" });
const size = 3;
const basisValues = tabulate(times, places, [
  (_, x) => 1 - 0.6 * x,
  (t, x) => x * (1.4 - 0.9 * x) * (1 - t / 900),
  (t, x) => 0.4 * Math.sin(2 * x + t / 300),
]);
const basisOf = (values: ArrayLike<number> = basisValues): np.Array => arrayOf(values, [1, 6, 8, size]);
const initial = (): np.Array =>
  arrayOf(
    places.map((x) => 0.1 + 0.9 * Math.exp(-((x / 0.3) ** 2))),
    [1, 8],
  );
const termsOf = (basis: np.Array): LayerTerms => pde.terms(basis, initial());
const layerOf = (options: Partial<LinearCombinationLayerOptions> = {}) =>
  linearCombinationLayer({
    equations: pde.equations,
    grid,
    size,
    tolerance: 1e-8,
    newtonSteps: 3,
    ...options,
  });

describe("a layer of equations", () => {
  it("finds a solution that is in the span of the basis", () => {
    const w = [0.8, 0.5, 0.3];
    const truth = Float64Array.from({ length: 48 }, (_, i) =>
      w.reduce((sum, value, j) => sum + value * basisValues[i * size + j], 0),
    );
    const field = pde.terms(arrayOf(truth, [1, 6, 8, 1]), initial());
    // Data that make the field a solution: what is left of each equation is taken off.
    const equations = {
      known: {
        at: "samples" as const,
        residual: ({ u }: { [name: string]: np.Array }, { is }: { [name: string]: np.Array }) => u.sub(is),
      },
    };
    const is = field.pde.fields.u.reshape([1, 6, 8]);
    const layer = linearCombinationLayer({ equations, grid, size, experts: [1, 2], ridge: 1e-7 });
    const { constants, report } = layer.solve({ known: { fields: { u: basisOf() }, data: { is: is.ref } } });
    const terms = { known: { fields: { u: basisOf() }, data: { is } } };
    const u = layer.combine(basisOf(), layer.weights(terms, constants));
    expect(distance(numbers(u), truth)).toBeLessThan(1e-6);
    for (const objective of report.objective) expect(objective).toBeLessThan(1e-12);
  });

  it("with one expert is the least-squares solution of all equations", () => {
    const layer = layerOf();
    const { constants } = layer.solve(termsOf(basisOf()));
    const cut = { grid, experts: [1, 1], points: 48, samples: 48, size, balance: true };
    const terms = termsOf(basisOf());
    const { rows } = sampledRows(pde.equations, terms, { batch: 1, cut, seed: 0, dtype: np.float64 });
    const solver = leastSquaresSolver(linearCombination(pde.equations, 1e-4), {
      tolerance: 1e-8,
      newtonSteps: 3,
    });
    const { solution } = solver.solve(rows, np.zeros([1, size], { dtype: np.float64 }));
    expect(distance(numbers(constants.solution.w), numbers(solution.w))).toBeLessThan(1e-9);
  });

  it("has experts that don't see each other's points", () => {
    const layer = layerOf({ experts: [1, 2] });
    const terms = (bend: number): LayerTerms => {
      const found = termsOf(basisOf());
      // Other values of one derivative in the left half alone.
      const moved = numbers(found.pde.fields.u_t).map(
        (v, i) => v + (Math.floor(i / size) % 8 < 4 ? bend * Math.sin(i) : 0),
      );
      return { ...found, pde: { fields: { ...found.pde.fields, u_t: arrayOf(moved, [1, 6, 8, size]) } } };
    };
    const [a, b] = [0, 0.01].map((bend) => numbers(layer.solve(terms(bend)).constants.solution.w));
    expect(a.slice(size)).toEqual(b.slice(size));
    expect(distance(a.slice(0, size), b.slice(0, size))).toBeGreaterThan(1e-4);
  });

  it("gives each expert the rows of its own block", () => {
    const equations: Equations = {
      own: { at: "blocks", residual: ({ y }, { target }) => y.sub(target) },
      all: { at: "everywhere", residual: ({ y }) => y },
    };
    const layer = linearCombinationLayer({
      equations,
      grid: [4],
      size: 1,
      experts: [2],
      balance: false,
      ridge: 0,
    });
    const terms = (): LayerTerms => ({
      own: {
        fields: { y: arrayOf([1, 1, 1, 1], [1, 2, 2, 1]) },
        data: { target: arrayOf([1, 2, 6, 9], [1, 2, 2]) },
      },
      all: { fields: { y: arrayOf([1], [1, 1, 1]) } },
    });
    const { constants } = layer.solve(terms());
    const weights = layer.weights(terms(), constants);
    expect(distance(numbers(weights), [1, 5])).toBeLessThan(1e-12);
  });

  it("draws points by the seed, as many as were asked for", () => {
    const layer = layerOf({ experts: [2, 2], samplesPerExpert: 5 });
    const masksOf = (seed: number) =>
      layer.solve(termsOf(basisOf()), { seed }).constants.weights.pde.js() as number[][];
    const masks = masksOf(1);
    expect(masks.map((own) => own.filter((value) => value > 0).length)).toEqual([5, 5, 5, 5]);
    expect(masksOf(1)).toEqual(masks);
    expect(masksOf(2)).not.toEqual(masks);
  });

  it.each([
    { experts: [1, 1], samplesPerExpert: 48 },
    { experts: [2, 2], samplesPerExpert: 8 },
  ])("has the gradient of differences of the whole solve, with $experts experts", (options) => {
    const layer = layerOf(options);
    const lossOf = (basis: np.Array, constants: ReturnType<typeof layer.solve>["constants"]): np.Array => {
      const u = layer.combine(basis.ref, layer.weights(termsOf(basis), constants));
      return softConstraintLoss(pde.equations, termsOf(u.reshape([1, 6, 8, 1])));
    };
    const constantsAt = (values: ArrayLike<number>) =>
      layer.solve(termsOf(basisOf(values)), { seed: 3 }).constants;
    const { solution, weights } = constantsAt(basisValues);
    const run = compiledValueAndGrad((basis: np.Array) =>
      lossOf(basis, { solution: refTree(solution) as never, weights: refTree(weights) as never }),
    );
    const gradient = numbers(run(basisOf())[1]);
    const h = 1e-5;
    const lossAt = (values: ArrayLike<number>): number => lossOf(basisOf(values), constantsAt(values)).item();
    for (const i of [0, 40, 77, 143]) {
      const moved = (by: number) => basisValues.map((value, j) => value + (i === j ? by : 0));
      const difference = (lossAt(moved(h)) - lossAt(moved(-h))) / (2 * h);
      expect(Math.abs(gradient[i] - difference)).toBeLessThan(1e-5 * Math.max(1, Math.abs(difference)));
    }
  });

  it("carries vorticity: finds a decaying vortex among other changes", () => {
    const n = 4;
    const [moments, length] = [line(9, 0.1), 2 * Math.PI];
    const ns = vorticityTransport({ times: moments, points: n }, { length, reynolds: 1 });
    const side = Array.from({ length: n }, (_, i) => (2 * Math.PI * i) / n);
    const vortex = side.flatMap((x) => side.map((y) => 2 * Math.cos(x) * Math.cos(y)));
    const other = side.flatMap((x) => side.map((y) => Math.sin(x + y)));
    const start = () => arrayOf(vortex, [1, n, n]);
    const basis = () =>
      arrayOf(
        moments.flatMap((t) => vortex.flatMap((value, i) => [value * (Math.exp(-2 * t) - 1), t * other[i]])),
        [1, 9, n, n, 2],
      );
    const layer = linearCombinationLayer({ equations: ns.equations, grid: [9, n, n], size: 2 });
    const { constants } = layer.solve(ns.terms(basis(), start()));
    const [kept, none] = numbers(constants.solution.w);
    expect(kept).toBeCloseTo(1, 2);
    expect(none).toBeCloseTo(0, 6);
  });
});

describe("bad input of a layer", () => {
  const cases: [string, () => unknown, string][] = [
    [
      "more experts than the grid divides",
      () => layerOf({ experts: [1, 3] }),
      "experts[1]: expected a divisor of 8, got 3",
    ],
    [
      "experts of another rank",
      () => layerOf({ experts: [2] }),
      "experts: expected 2 numbers of blocks, one an axis of the grid, got an array of length 1",
    ],
    [
      "more samples than points of a block",
      () => layerOf({ experts: [1, 4], samplesPerExpert: 13 }),
      "samplesPerExpert: expected an integer >= 1 and <= 12, got 13",
    ],
    [
      "no equations",
      () => layerOf({ equations: {} }),
      "equations: expected an object of equations, got object",
    ],
    [
      "terms that lack an equation",
      () => layerOf().solve({}),
      "terms.pde: expected fields and data of the equation, got undefined",
    ],
    [
      "an equation without a residual",
      () => layerOf({ equations: { pde: { at: "samples" } as never } }),
      "equations.pde: expected an object with at and a function residual, got object",
    ],
    [
      "a grid of one number",
      () => layerOf({ grid: 48 as never }),
      "grid: expected a list of numbers of points, got 48",
    ],
    [
      "terms without fields",
      () => layerOf().solve({ ...termsOf(basisOf()), pde: {} as never }),
      "terms.pde.fields: expected arrays by name, got undefined",
    ],
    [
      "a residual of wrong length",
      () => {
        const pde = { at: "samples", residual: ({ u }: Named) => u.sum(1) } as const;
        const fields = { u: basisOf() };
        return linearCombinationLayer({ equations: { pde }, grid, size }).solve({ pde: { fields } });
      },
      "residual: expected shape [1, 48], got float64[1]",
    ],
    [
      "fewer rows than basis functions without a ridge",
      () => {
        const pde = { at: "samples", residual: ({ u }: Named) => u } as const;
        const layer = linearCombinationLayer({
          equations: { pde },
          grid,
          size,
          samplesPerExpert: 2,
          ridge: 0,
        });
        return layer.solve({ pde: { fields: { u: basisOf() } } });
      },
      "terms: expected at least 3 rows, one a basis function, where ridge is 0, got 2",
    ],
    [
      "a basis of another size",
      () => layerOf({ size: 2 }).solve(termsOf(basisOf())),
      "terms.pde.fields.u: expected shape [1, 6, 8, 2], got float64[1, 6, 8, 3]",
    ],
    [
      "a negative ridge",
      () =>
        linearCombinationLayer({
          equations: { one: { at: "samples", residual: ({ u }) => u } },
          grid,
          size,
          samplesPerExpert: 1,
          ridge: -1,
        }),
      "ridge: expected a finite number >= 0, got -1",
    ],
  ];

  it.each(cases)("%s is one clear error", (_, run, message) => {
    expect(run).toThrow(message);
  });
});
