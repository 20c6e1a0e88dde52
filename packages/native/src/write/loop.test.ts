import { numpy as np } from "@jax-js/jax";
import { expect, it } from "vitest";
import { loadModel } from "../runtime/load-model.ts";
import { programInputs, toOnnxLoop } from "./onnx-program.ts";

const vector = (...values: number[]) => np.array(Float32Array.from(values));

it("several steps as a loop hand on what is carried and stack what they tell, for any runtime", () => {
  const step = (sum: np.Array, v: np.Array, [factor]: np.Array[]): [np.Array, object] => {
    const next = sum.add(v);
    return [next, { total: next.ref.sum(), next: next.ref.mul(factor) }];
  };
  const given = [vector(1, 2), vector(1, 1), vector(0.5, 0), vector(3, 4), vector(2)];
  const program = toOnnxLoop(step, [given[0], given.slice(1, 4), [given[4]]]);
  const inputs = programInputs(program, given) as np.Array[];
  const loaded = loadModel(program.model);
  const results = loaded.run(
    Object.fromEntries(
      program.fed.map(({ name, index, shape }) => [
        name,
        { data: inputs[index].dataSync() as Float32Array, shape },
      ]),
    ),
  );
  expect(program.results.map(({ name }) => results[name])).toEqual([
    { data: Float32Array.of(5.5, 7), shape: [2] },
    { data: Float32Array.of(5, 5.5, 12.5), shape: [3] },
    { data: Float32Array.of(4, 6, 5, 6, 11, 14), shape: [3, 2] },
  ]);
  loaded.dispose();
});

it("a loop refuses to hand on something of another kind", () => {
  const growing = (a: np.Array, b: np.Array) => [np.concatenate([a, b]), np.array(0)];
  expect(() => toOnnxLoop(growing, [vector(1), [vector(2)], []])).toThrow(
    /^carry: expected what a step hands on to be like what it is given/,
  );
});
