import { numpy as np } from "@jax-js/jax";
import { describe, expect, it } from "vitest";
import { compiledValueAndGrad } from "../../engine/differentiate.ts";
import { gelu, silu } from "./activations.ts";

/** The normal distribution function, by the series of the error function. */
function normalCdf(x: number): number {
  const z = x / Math.SQRT2;
  let [sum, term] = [0, z];
  for (let n = 0; n < 200; n++) {
    sum += term / (2 * n + 1);
    term *= (-z * z) / (n + 1);
  }
  return 0.5 + sum / Math.sqrt(Math.PI);
}
const density = (x: number) => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
const inner = (x: number) => Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3);

const formulas: readonly {
  name: string;
  f: (x: np.Array) => np.Array;
  value: (x: number) => number;
  slope: (x: number) => number;
  within: number;
}[] = [
  {
    name: "gelu",
    f: gelu,
    value: (x) => x * normalCdf(x),
    slope: (x) => normalCdf(x) + x * density(x),
    within: 1e-6,
  },
  {
    name: "gelu by tanh",
    f: (x) => gelu(x, { approximate: "tanh" }),
    value: (x) => 0.5 * x * (1 + Math.tanh(inner(x))),
    slope: (x) =>
      0.5 * (1 + Math.tanh(inner(x))) +
      (0.5 * x * Math.sqrt(2 / Math.PI) * (1 + 3 * 0.044715 * x * x)) / Math.cosh(inner(x)) ** 2,
    within: 1e-7,
  },
  {
    name: "silu",
    f: silu,
    value: (x) => x * sigmoid(x),
    slope: (x) => sigmoid(x) * (1 + x * (1 - sigmoid(x))),
    within: 1e-12,
  },
];

describe.each(formulas)("$name", ({ f, value, slope, within }) => {
  const at = Float64Array.from({ length: 81 }, (_, i) => (i - 40) / 8);

  it("has the values and the derivative of its formula", () => {
    const y = f(np.array(at)).dataSync();
    const run = compiledValueAndGrad((x: np.Array) => f(x).sum());
    const slopes = run(np.array(at))[1].dataSync();
    at.forEach((x, i) => {
      expect(Math.abs(y[i] - value(x))).toBeLessThan(within);
      expect(Math.abs(slopes[i] - slope(x))).toBeLessThan(within);
    });
  });
});
