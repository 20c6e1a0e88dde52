import { numpy as np } from "@jax-js/jax";
import { checkFloatArray, checkNoNaN, checkShape, rangeError } from "../../engine/checks.ts";
import { log } from "../../engine/numerics.ts";
import { constantOf } from "../../engine/parameter.ts";
import { checkWeights, type LossOptions } from "../per-example.ts";

/** A batch of more rows is refused: its Gram matrices would fill the memory. */
export const mostGramRows = 4096;

/** Stands for the logarithm of weight 0: finite, so that no difference of two of them is NaN. */
const logOfZero = -1e30;

/**
 * Checks a sample, a float array `[batch, width]`: one-dimensional targets are refused, since an engine would broadcast them to one
 * kernel of whole batches. Values are checked where they can be seen and no row is left out.
 */
export function checkSample(argument: string, value: np.Array, weights: np.Array | undefined): void {
  checkFloatArray(argument, value, 2, "[batch, width]");
  const [rows] = value.shape;
  if (rows < 2) throw rangeError(argument, "at least 2 rows", value);
  checkWeights(weights, rows);
  if (weights === undefined) checkNoNaN(argument, value);
}

/** Throws where a Gram matrix of so many rows and columns is larger than anybody wants, saying how large. */
export function checkGramSize(argument: string, { shape: [rows] }: np.Array, columns = rows): void {
  if (Math.max(rows, columns) <= mostGramRows) return;
  const bytes = rows * columns * Float32Array.BYTES_PER_ELEMENT;
  throw new RangeError(
    `${argument}: expected at most ${mostGramRows} rows, got ${Math.max(rows, columns)}: one Gram matrix of float32 would take ${bytes} bytes`,
  );
}

/** Checks samples of the same rows, which go into Gram matrices. */
export function checkPaired(samples: { [argument: string]: np.Array }, { weights }: LossOptions): void {
  const [[, first]] = Object.entries(samples);
  for (const [argument, value] of Object.entries(samples)) {
    checkSample(argument, value, weights);
    if (value.shape[0] !== first.shape[0]) checkShape(argument, value, [first.shape[0], value.shape[1]]);
    checkGramSize(argument, value);
  }
}

/** The weights of the rows, 1 each where none are given, `[batch]`. Consumes them. */
export function rowWeights(weights: np.Array | undefined, { shape: [rows], dtype }: np.Array): np.Array {
  return weights === undefined ? np.ones([rows], { dtype }) : constantOf(weights, dtype);
}

/** Their logarithms; of weight 0 a number that no sum of exponentials feels. Consumes them. */
export function logRowWeights(weights: np.Array | undefined, sample: np.Array): np.Array {
  const { shape, dtype } = sample;
  if (weights === undefined) return np.zeros([shape[0]], { dtype });
  const w = constantOf(weights, dtype);
  const kept = w.ref.greater(0);
  return np.where(kept.ref, log(np.where(kept, w, 1)), logOfZero);
}
