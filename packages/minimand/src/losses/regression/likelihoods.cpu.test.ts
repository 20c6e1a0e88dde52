import { jit, numpy as np } from "@jax-js/jax";
import { describe, expect, it } from "vitest";
import { compiledValueAndGrad } from "../../engine/differentiate.ts";
import { gammaNll, gaussianNll, poissonNll } from "./likelihoods.ts";

const array = (values: number[], shape = [values.length]) => np.array(Float64Array.from(values), { shape });
const valuesOf = (x: np.Array): number[] => [...x.dataSync()];
const close = (actual: number[], expected: number[]) =>
  actual.forEach((x, i) => {
    expect(x).toBeCloseTo(expected[i], 12);
  });
const { exp, log, PI } = Math;

/** log n! and log Gamma of integers. */
const logFactorial = (n: number): number => (n < 2 ? 0 : log(n) + logFactorial(n - 1));
const logs = [-1.5, 0.2, 0, 3.1, 2];

describe("poissonNll", () => {
  const counts = [0, 3, 1, 20, 7];
  const of = (f: number[], y: number[]) => valuesOf(poissonNll(array(f), array(y)));

  it("and log y! are minus the logarithm of the distribution's probabilities", () => {
    const expected = logs.map(
      (f, i) => -log((exp(f) ** counts[i] * exp(-exp(f))) / exp(logFactorial(counts[i]))),
    );
    close(
      of(logs, counts).map((x, i) => x + logFactorial(counts[i])),
      expected,
    );
  });

  it("has its minimum where the rate is the target, which need be no integer", () => {
    const targets = [0.3, 3, 17.5];
    const [, gradient] = compiledValueAndGrad((f: np.Array, y: np.Array) => poissonNll(f, y).sum())(
      array(targets.map(log)),
      array(targets),
    );
    close(valuesOf(gradient), [0, 0, 0]);
    const at = of(targets.map(log), targets);
    for (const d of [-0.1, 0.1])
      of(
        targets.map((y) => log(y) + d),
        targets,
      ).forEach((x, i) => {
        expect(x).toBeGreaterThan(at[i]);
      });
  });

  it("refuses targets below 0, but not in rows left out", () => {
    expect(() => of([0], [-1])).toThrow(new RangeError("targets: expected numbers >= 0, got -1"));
    const weights = array([1, 0]);
    close(valuesOf(poissonNll(array([1, 2]), array([2, -1]), { weights })), [exp(1) - 2, 0]);
  });
});

describe("gammaNll", () => {
  const targets = [0.2, 3, 1, 20, 7];

  it.each([1, 3, 6])("and its constant are minus the logarithm of the density with shape %d", (shape) => {
    const found = valuesOf(gammaNll(array(logs), array(targets), { shape }));
    const density = (y: number, mean: number): number => {
      const rate = shape / mean;
      return (rate ** shape * y ** (shape - 1) * exp(-rate * y)) / exp(logFactorial(shape - 1));
    };
    const constant = (y: number): number =>
      (1 - shape) * log(y) - shape * log(shape) + logFactorial(shape - 1);
    close(
      found.map((x, i) => x + constant(targets[i])),
      targets.map((y, i) => -log(density(y, exp(logs[i])))),
    );
  });

  it("has its minimum where the mean is the target, whatever the shape, also where that is traced", () => {
    const gradient = jit(
      (f: np.Array, y: np.Array, shape: np.Array) =>
        compiledValueAndGrad((p: np.Array, t: np.Array, s: np.Array) => gammaNll(p, t, { shape: s }).sum())(
          f,
          y,
          shape,
        )[1],
    );
    close(valuesOf(gradient(array(targets.map(log)), array(targets), array([2.5], []))), [0, 0, 0, 0, 0]);
  });

  it("refuses targets that aren't above 0, and a shape that isn't", () => {
    expect(() => gammaNll(array([1]), array([0]))).toThrow(
      new RangeError("targets: expected numbers > 0, got 0"),
    );
    expect(() => gammaNll(array([1]), array([1]), { shape: 0 })).toThrow(
      "shape: expected a finite number > 0, got 0",
    );
  });
});

describe("gaussianNll", () => {
  const rows = [0.3, -1, 2, 0.5, -4, 3];
  const targets = [1, -1.5, 2];

  it("and log(2 pi) / 2 are minus the logarithm of the density", () => {
    const density = (y: number, mean: number, variance: number): number =>
      exp(-((y - mean) ** 2) / (2 * variance)) / Math.sqrt(2 * PI * variance);
    close(
      valuesOf(gaussianNll(array(rows, [3, 2]), array(targets))).map((x) => x + log(2 * PI) / 2),
      targets.map((y, i) => -log(density(y, rows[2 * i], exp(rows[2 * i + 1])))),
    );
  });

  it("has its minimum at the target, with the squared residual as variance", () => {
    const run = compiledValueAndGrad((p: np.Array, y: np.Array) => gaussianNll(p, y).sum());
    const [, atVariance] = run(array([1, log(4)], [1, 2]), array([3]));
    expect(valuesOf(atVariance)[1]).toBeCloseTo(0, 12);
    const [, atMean] = run(array([3, 0.7], [1, 2]), array([3]));
    close(valuesOf(atMean), [0, 0.5]);
  });

  it("counts variances below 1e-6 as 1e-6, and lets them grow again", () => {
    const run = compiledValueAndGrad((p: np.Array, y: np.Array) => gaussianNll(p, y).sum());
    const [value, gradient] = run(array([2, -200], [1, 2]), array([3]));
    // A compiled program keeps the logarithm in float32.
    expect(value.item() / 1e6).toBeCloseTo((log(1e-6) / 1e6 + 1) / 2, 6);
    const [ofMean, ofVariance] = valuesOf(gradient);
    expect(ofMean / 1e6).toBeCloseTo(-1, 5);
    expect(ofVariance).toBeLessThan(-1e5);
  });

  it("refuses outputs that are no pairs", () => {
    expect(() => gaussianNll(array([1, 2, 3], [1, 3]), array([1]))).toThrow(
      "predictions: expected a float array [batch, 2], got float64[1, 3]",
    );
  });
});
