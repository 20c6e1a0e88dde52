import { disposeTree, leavesOf, sizeOf, type Tree } from "../engine/tree.ts";
import type { GradientTransformation } from "./transformation.ts";

/** What an optimizer keeps for a set of parameters. */
export interface OptimizerMemory {
  /** Bytes of all arrays of its state, counters included. */
  stateBytes: number;
  /** Those, by the number of parameters. */
  perParameter: number;
  /** Bytes of weights, gradients and state together, by the number of parameters. */
  perParameterInTraining: number;
}

/**
 * The memory of an optimizer's state, measured on the state that it makes for these parameters. Per float32 parameter it is 0 bytes for
 * plain SGD, 4 for momentum or Lion, 8 for AdamW (and a few for counters).
 *
 * @param params looked at, not consumed
 * @example
 * const params = { weight: np.ones([100, 10]), bias: np.ones([24]) };
 * optimizerMemory(lion(1e-3), params).perParameter // 4
 */
export function optimizerMemory(optimizer: GradientTransformation, params: Tree): OptimizerMemory {
  const state = optimizer.init(params);
  const stateBytes = bytesOf(state);
  disposeTree(state);
  const size = sizeOf(params);
  return {
    stateBytes,
    perParameter: stateBytes / size,
    perParameterInTraining: (stateBytes + 2 * bytesOf(params)) / size,
  };
}

function bytesOf(tree: Tree): number {
  return leavesOf(tree).reduce((sum, { size, dtype }) => sum + size * width(dtype), 0);
}

/** Bytes of an entry, from the name of its type. */
function width(dtype: string): number {
  const bits = /(?<!\d)\d+$/.exec(dtype);
  return bits === null ? 1 : Number(bits[0]) / 8;
}
