import { defaultDevice, init, numpy as np } from "@jax-js/jax";
import { type ModelInfo, modelInfo, tabularToOnnx, toOnnx, toOnnxProgram } from "@minimand/native/onnx";
import { mlp } from "minimand/models";

/*
 * Files of every kind that the entry writes, for a page and for Node: the same function runs in both.
 */

/** Numbers that are the same on every host. */
function values(...shape: number[]): np.Array {
  const size = shape.reduce((a, b) => a * b, 1);
  return np.array(
    Float32Array.from({ length: size }, (_, i) => ((i * 7) % 11) / 8 - 0.6),
    { shape },
  );
}

/** The bytes of the files, and what the file of a table says of itself. */
export async function samples(): Promise<{ files: Record<string, Uint8Array>; info: ModelInfo }> {
  await init("wasm");
  defaultDevice("wasm");
  const network = mlp({ inputs: 3, hidden: [4], outputs: 2 });
  const params = [
    { weight: values(3, 4), bias: values(4) },
    { weight: values(4, 2), bias: values(2) },
  ];
  const apply = (own: typeof params, x: np.Array): np.Array =>
    network.apply({ params: own, state: {} }, x, { training: false })[0];
  const table = tabularToOnnx(apply, params, {
    columns: [
      { kind: "numeric", name: "size", median: 3, mean: 2, sd: 4, missingIndicator: true },
      { kind: "categorical", name: "kind", levels: ["a"], pooled: [], missing: false },
    ],
    missingWords: ["", "NA"],
    mostDeviations: 1e6,
    output: { classes: ["no", "yes"] },
  });
  const program = toOnnxProgram((x: np.Array) => [np.exp(x.ref), x.ref.mul(2).sum()], [values(2, 3)]);
  return {
    files: {
      network: toOnnx(apply, params, [{ name: "x", shape: [1, 3] }], { metadata: { author: "me" } }),
      table,
      program: program.model,
    },
    info: modelInfo(table),
  };
}
