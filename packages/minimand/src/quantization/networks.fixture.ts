import { numpy as np } from "@jax-js/jax";
import { keyOf } from "../engine/random.ts";
import { conv2d, dense, flatten, type LayerLike, relu, sequential } from "../models/index.ts";
import { calibrateElastic, type ElasticNetwork, type ElasticVariables, elasticNetwork } from "./index.ts";
import { normals } from "./numbers.fixture.ts";

/** Three layers whose inputs are no whole lanes, the inner one without bias. */
export const perceptron: readonly LayerLike[] = [
  dense({ inputs: 3, outputs: 6, initial: "he" }),
  relu,
  dense({ inputs: 6, outputs: 5, initial: "he", bias: false }),
  np.tanh,
  dense({ inputs: 5, outputs: 2 }),
];

/** Pictures of 4 x 4 pixels and 2 channels to 3 classes. */
export const convolutional: readonly LayerLike[] = [
  conv2d({ inputs: 2, outputs: 3, kernel: 3, padding: "same" }),
  relu,
  conv2d({ inputs: 3, outputs: 4, kernel: 2, stride: 2 }),
  relu,
  flatten(),
  dense({ inputs: 16, outputs: 3 }),
];

/** Normal numbers of float32. */
export function rows(shape: number[], seed: number): np.Array {
  const count = shape.reduce((a, b) => a * b, 1);
  return np.array(Float32Array.from(normals(count, seed)), { shape });
}

/** A network at its start, calibrated on normal numbers. */
export function calibrated(
  pieces: readonly LayerLike[],
  shape: number[],
  bits = [2, 4, 8],
): { network: ElasticNetwork; start: ElasticVariables } {
  const network = elasticNetwork(pieces, { bits });
  const variables = sequential(pieces).init(keyOf(5));
  return { network, start: calibrateElastic(network, variables, rows([32, ...shape], 6)) };
}
