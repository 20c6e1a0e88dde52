import { numpy as np } from "@jax-js/jax";
import { expect, it } from "vitest";
import type { Tree } from "../../engine/tree.ts";
import type { Layer } from "./layer.ts";
import { batchNorm, layerNorm, rmsNorm } from "./normalization.ts";

const rows = [
  [0.3, -2, 1.4],
  [5, 5, 5],
  [1e3, -1e3, 4],
];
const scale = [1.5, -0.5, 2];
const shift = [0.1, 0.2, 0.3];
const f64 = (values: number[] | number[][]) =>
  np.array(Float64Array.from(values.flat()), {
    shape: Array.isArray(values[0]) ? [values.length, values[0].length] : [values.length],
  });
const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
const mean = (values: readonly number[]) => sum(values) / values.length;
const meanSquare = (values: readonly number[]) => mean(values.map((v) => v * v));

function outputs(layer: Layer, params: Tree, x: number[][]): number[][] {
  return layer.apply({ params, state: {} }, f64(x), { training: false })[0].js() as number[][];
}

function expectClose(actual: number[][], expected: number[][], digits = 12): void {
  expect(actual.length).toBe(expected.length);
  actual.flat().forEach((v, i) => {
    expect(v).toBeCloseTo(expected.flat()[i], digits);
  });
}

it.each([1e-5, 0.3])("layerNorm is its formula, eps %s", (eps) => {
  const expected = rows.map((row) => {
    const centred = row.map((v) => v - mean(row));
    const deviation = Math.sqrt(meanSquare(centred) + eps);
    return centred.map((v, i) => (scale[i] * v) / deviation + shift[i]);
  });
  expectClose(outputs(layerNorm(3, { eps }), { scale: f64(scale), shift: f64(shift) }, rows), expected);
});

it("rmsNorm is its formula", () => {
  const expected = rows.map((row) => row.map((v, i) => (scale[i] * v) / Math.sqrt(meanSquare(row) + 1e-5)));
  expectClose(outputs(rmsNorm(3), { scale: f64(scale) }, rows), expected);
});

it("layerNorm forgets scale and offset of a row", () => {
  const params = () => ({ scale: f64(scale), shift: f64(shift) });
  const moved = [rows[0].map((v) => 7 * v + 40)];
  expectClose(outputs(layerNorm(3), params(), moved), outputs(layerNorm(3), params(), [rows[0]]), 4);
});

it("batchNorm takes statistics over all positions, without rows of weight 0, and carries them along", () => {
  const layer = batchNorm(1);
  const params = { scale: f64([2]), shift: f64([1]) };
  const state = { mean: f64([10]), variance: f64([3]) };
  const x = np.array(Float64Array.of(1, 2, 3, 6, 1e6, -1e6), { shape: [3, 2, 1] });
  const weights = np.array(Float64Array.of(1, 5, 0));
  const [y, next] = layer.apply({ params, state }, x, { training: true, weights });
  // Mean 3 and variance 3.5 of 1, 2, 3, 6.
  const expected = [1, 2, 3, 6].map((v) => (2 * (v - 3)) / Math.sqrt(3.5 + 1e-5) + 1);
  [...y.dataSync()].slice(0, 4).forEach((v, i) => {
    expect(v).toBeCloseTo(expected[i], 10);
  });
  const { mean, variance } = next as { [name: string]: np.Array };
  expect(mean.item()).toBeCloseTo(0.9 * 10 + 0.1 * 3, 10);
  expect(variance.item()).toBeCloseTo(0.9 * 3 + 0.1 * 3.5, 10);
});

it("sizes, eps and mistyped options are refused", () => {
  expect(() => layerNorm(0)).toThrow("size: expected an integer >= 1, got 0");
  expect(() => rmsNorm(3, { eps: 0 })).toThrow("eps: expected a finite number > 0, got 0");
  expect(() => layerNorm(3, { epsilon: 1 } as never)).toThrow(/^layerNorm: expected only the options eps/);
});
