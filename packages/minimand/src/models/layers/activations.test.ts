import { numpy as np } from "@jax-js/jax";
import { expect, it } from "vitest";
import { compiledValueAndGrad } from "../../engine/differentiate.ts";
import { gelu, relu, silu } from "./activations.ts";

it.each([
  ["gelu", gelu],
  ["gelu by tanh", (x: np.Array) => gelu(x, { approximate: "tanh" })],
  ["silu", silu],
] as const)("%s is the identity far above zero and nothing far below, with such a derivative", (_, f) => {
  for (const make of [Float32Array, Float64Array]) {
    const far = () => np.array(make.of(-1e4, -200, 200, 1e4) as Float32Array<ArrayBuffer>);
    const run = compiledValueAndGrad((x: np.Array) => f(x).sum());
    const [values, slopes] = [[...f(far()).dataSync()], [...run(far())[1].dataSync()]];
    [0, 0, 200, 1e4].forEach((v, i) => {
      expect(values[i]).toBeCloseTo(v, 30);
      expect(slopes[i]).toBeCloseTo(Math.sign(v), 30);
    });
  }
});

it("relu has no slope at zero", () => {
  const [value, slopes] = compiledValueAndGrad((x: np.Array) => relu(x).sum())(np.array([-1, 0, 2]));
  expect([value.item(), slopes.js()]).toEqual([2, [0, 0, 1]]);
});

it("gelu refuses an approximation that is none", () => {
  expect(() => gelu(np.array([1]), { approximate: "erf" as never })).toThrow(
    'approximate: expected one of "none", "tanh", got "erf"',
  );
});
