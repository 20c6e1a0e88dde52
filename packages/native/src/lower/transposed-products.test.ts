import { fromBinary } from "@bufbuild/protobuf";
import { numpy as np } from "@jax-js/jax";
import { compileWithJit, differentiate } from "minimand/engine";
import { expect, it } from "vitest";
import { ModelProtoSchema } from "../onnx/onnx_pb.ts";
import { compile } from "../runtime/compile.ts";
import { toOnnxProgram } from "../write/onnx-program.ts";

/** The sum of squares at weights that were moved along the gradient, by its length: a step of SAM. */
function climbed(x: np.Array, w: np.Array, one: np.Array): np.Array {
  const loss = (v: np.Array): np.Array => np.square(np.tanh(np.matmul(x.ref, v))).sum();
  const [, [gradient]] = differentiate(([v]: np.Array[]) => [loss(v), []])(one, [w.ref]);
  const length = np.sqrt(np.square(gradient.ref).sum());
  const moved = w.add(gradient.div(length));
  const value = loss(moved);
  x.dispose();
  return value;
}
const given = (): Parameters<typeof climbed> => [
  np.array(
    Float32Array.from({ length: 35 }, (_, i) => Math.sin(i * i)),
    { shape: [7, 5] },
  ),
  np.array(
    Float32Array.from({ length: 15 }, (_, i) => Math.cos(3 * i)),
    { shape: [5, 3] },
  ),
  1 as never,
];

it("gradients of weights lie as the weights do, and their squares are summed as they are read", async () => {
  const { model, consts } = toOnnxProgram(climbed, given());
  for (const constant of consts) constant.dispose();
  const operators = fromBinary(ModelProtoSchema, model).graph!.node.map(({ opType }) => opType);
  expect(operators).not.toContain("Transpose");
  expect(operators).toContain("ReduceSumSquare");
  const compiled = await compile(climbed, given());
  expect(compiled(...given()).item()).toBeCloseTo(compileWithJit(climbed)(...given()).item(), 4);
  compiled.dispose();
});

it("a product that is looked at both ways is made once", async () => {
  const both = (x: np.Array, y: np.Array): np.Array[] => {
    const product = np.matmul(x, y);
    return [product.ref.transpose(), product];
  };
  const [x, y] = given();
  const compiled = await compile(both, [x, y]);
  const [turned, product] = compiled(x, y);
  expect(turned.transpose().js()).toEqual(product.js());
  compiled.dispose();
});
