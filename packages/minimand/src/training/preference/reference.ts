import { numpy as np } from "@jax-js/jax";
import { checkNumber, rangeError, typeError } from "../../engine/checks.ts";
import { type Compile, compileWithJit } from "../../engine/compile.ts";
import { readOptions } from "../../engine/options.ts";
import { disposeTree, refTree, type Tree } from "../../engine/tree.ts";
import { checkVocabulary } from "../../models/layers/embedding.ts";
import { type Examples, minibatches } from "../batches.ts";
import type { PolicyLogpsOf, PreferenceExamples } from "./policy.ts";

/** The reference's log-probabilities of all pairs: plain numbers, to be kept with the data. */
export interface ReferenceLogps {
  chosen: Float32Array;
  rejected: Float32Array;
}

/** What {@link referenceLogps} computes. */
export interface ReferenceOptions {
  logps: PolicyLogpsOf;
  /** Of the reference; kept. */
  params: Tree;
  examples: PreferenceExamples;
  /** Pairs at once; default 64. */
  size?: number;
  compile?: Compile;
}

/**
 * The log-probabilities of all pairs under the reference, computed once: training then needs no second model, and half the work.
 *
 * @throws TypeError, RangeError for examples that are none, and where a log-probability is not finite or above 0
 * @example
 * const reference = await referenceLogps({ logps: policy, params, examples })
 */
export async function referenceLogps(options: ReferenceOptions): Promise<ReferenceLogps> {
  const { logps, params, examples, size, compile } = readOptions("referenceLogps", options, {
    logps: true,
    params: true,
    examples: true,
    size: [64],
    compile: [compileWithJit],
  });
  if (typeof logps !== "function")
    throw typeError("logps", "a function (params, x, y) of log-probabilities", logps);
  const { all, unpack } = packed(examples, logps.vocabulary);
  const batches = minibatches(all, { size, seed: 0 });
  const program = compile((params: Tree, x: np.Array, packedY: np.Array) => {
    const { y, refChosen, refRejected } = unpack(packedY);
    const { chosen, rejected, ...lengths } = logps(params, x, y);
    disposeTree([refChosen, refRejected, ...Object.values(lengths)]);
    return np.stack([chosen, rejected]);
  });
  const found = { chosen: new Float32Array(batches.count), rejected: new Float32Array(batches.count) };
  try {
    for (let from = 0; from < batches.count; from += size) {
      const rows = Math.min(size, batches.count - from);
      const { x, y, weights } = batches.at(Int32Array.from({ length: rows }, (_, i) => from + i));
      weights.dispose();
      checkVocabulary(all, x);
      const values = await program(refTree(params), x, y).data();
      found.chosen.set(values.subarray(0, rows), from);
      found.rejected.set(values.subarray(size, size + rows), from);
    }
  } finally {
    program.dispose();
  }
  checkReference(found, batches.count);
  return found;
}

/** Throws unless these are log-probabilities of as many pairs. */
export function checkReference(reference: ReferenceLogps, count: number): void {
  for (const name of ["chosen", "rejected"] as const) {
    const values = reference?.[name];
    if (values?.length !== count) throw rangeError(`reference.${name}`, `${count} log-probabilities`, values);
    for (const [i, v] of values.entries()) checkNumber(`reference.${name}[${i}]`, v, { max: 1e-5 });
  }
}

/** Examples whose targets hold the reference along with what the policy reads, and how to get both back, traced. */
export function packed(
  examples: PreferenceExamples,
  ownVocabulary: number | undefined,
  reference?: ReferenceLogps,
): { all: Examples; unpack: (y: np.Array) => { y: np.Array; refChosen: np.Array; refRejected: np.Array } } {
  if (typeof examples !== "object" || examples === null)
    throw typeError("examples", "pairs { x, shape, y?, targetShape? }", examples);
  const {
    x,
    shape,
    y,
    targetShape = y === undefined ? [1] : [],
    weights,
    vocabulary = ownVocabulary,
  } = examples;
  const width = targetShape.reduce((a, b) => a * b, 1);
  const count = (x?.length ?? 0) / shape.reduce((a, b) => a * b, 1);
  if (!Number.isInteger(count) || count === 0)
    throw rangeError("examples.x", `rows of shape [${shape.join(", ")}]`, x);
  if (y !== undefined && y.length !== count * width)
    throw rangeError("examples.y", `${count} rows of ${width} numbers`, y);
  const rows = new Float32Array(count * (width + 2));
  for (let i = 0; i < count; i++) {
    if (y !== undefined) rows.set(y.subarray(i * width, (i + 1) * width), i * (width + 2));
    rows[i * (width + 2) + width] = reference?.chosen[i] ?? 0;
    rows[i * (width + 2) + width + 1] = reference?.rejected[i] ?? 0;
  }
  return {
    all: {
      x,
      shape,
      y: rows,
      targetShape: [width + 2],
      ...(weights !== undefined && { weights }),
      ...(vocabulary !== undefined && { vocabulary }),
    },
    unpack(given) {
      const [batch] = given.shape;
      const refChosen = given.ref.slice([], width);
      const refRejected = given.ref.slice([], width + 1);
      return { y: given.slice([], [0, width]).reshape([batch, ...targetShape]), refChosen, refRejected };
    },
  };
}
