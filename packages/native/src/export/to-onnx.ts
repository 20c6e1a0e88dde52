import { numpy as np, tree } from "@jax-js/jax";
import { checkChoice, rangeError, readOptions, type Tree, typeError } from "minimand/engine";
import { dtypes } from "../lower/rule.ts";
import { type Constant, type Data, encodeModel, type Node } from "../onnx/model.ts";
import { type AtSize, forEveryBatch } from "./every-batch.ts";
import { freshNames, leafNames } from "./names.ts";
import {
  type Apply,
  type Fragment,
  type InputDescription,
  type TracedFragment,
  writeAt,
} from "./write-at.ts";

/** How a model is exported. */
export interface ExportOptions {
  /** The first axis of inputs and outputs is a dimension `batch` of any size. Default true. */
  dynamicBatch?: boolean;
  /** Texts kept in the file in addition to the model (`metadata_props`). */
  metadata?: Readonly<Record<string, string>>;
}

/**
 * Writes a function with its parameters as an ONNX model, which any ONNX runtime runs.
 *
 * `outputs = apply(params, ...inputs)`. Parameters become initializers named by their path (`layers.0.weight`), outputs
 * are named by their path in the result (`output` where it is one array). A name that is taken gets a `_` behind it.
 * Needs no ONNX Runtime. Operators are those of opset 21.
 *
 * @param apply a function of parameters and one array for each input, to an array or a tree of arrays; only traced
 * @param params a tree of arrays; only read
 * @param inputs name, example shape and dtype (default float32) of each input; all have the same first axis where
 *   `dynamicBatch`
 * @returns the bytes of the file
 * @throws TypeError, RangeError for parameters that are no arrays, wrong inputs or metadata, a function that reads values
 *   while it is traced; where `dynamicBatch`, RangeError for a function that computes something else for another batch
 *   size (a mean over the batch) or has an output without a batch axis; UnsupportedPrimitiveError where ONNX can't express
 *   the function
 * @example
 * const apply = (params: Tree, x: np.Array) => model.apply({ params, state: {} }, x, { training: false })[0];
 * const bytes = toOnnx(apply, params, [{ name: "x", shape: [1, 8] }], { metadata: { task: "churn" } });
 */
export function toOnnx<P extends Tree>(
  apply: Apply<P>,
  params: P,
  inputs: readonly InputDescription[],
  options: ExportOptions = {},
): Uint8Array<ArrayBuffer> {
  const { dynamicBatch, metadata } = readOptions("toOnnx", options, { dynamicBatch: [true], metadata: [{}] });
  if (typeof apply !== "function") throw typeError("apply", "a function", apply);
  checkMetadata(metadata);
  checkInputs(inputs, dynamicBatch);
  const fresh = freshNames();
  for (const { name } of inputs) fresh(name);
  return encodeModel({
    name: "model",
    ...fragmentOf(apply, params, inputs, { dynamicBatch, fresh }),
    metadata,
  });
}

/**
 * Writes a function as a part of a model, with its parameters among the constants.
 *
 * @param fresh gives out the names of everything but the inputs, which have been taken before
 */
export function fragmentOf<P extends Tree>(
  apply: Apply<P>,
  params: P,
  inputs: readonly InputDescription[],
  { dynamicBatch, fresh }: { dynamicBatch: boolean; fresh: (wanted: string) => string },
): Fragment {
  const weights = parametersOf(params);
  const own = writeAt(apply, params, inputs);
  const written = dynamicBatch ? forEveryBatch(atOtherSizes(apply, params, inputs, weights)) : own;
  return named(
    written,
    weights,
    inputs.map(({ name }) => name),
    fresh,
  );
}

/**
 * The function written for three numbers of rows: few and many, so that one that depends on the number of rows shows itself, and primes
 * that occur nowhere else, so that no other size is mistaken for it.
 */
function atOtherSizes<P extends Tree>(
  apply: Apply<P>,
  params: P,
  inputs: readonly InputDescription[],
  weights: readonly Constant[],
): AtSize[] {
  const sizes = new Set([...weights.flatMap(({ shape }) => shape), ...inputs.flatMap(({ shape }) => shape)]);
  const next = (from: number): number => {
    let n = from;
    while (sizes.has(n) || !isPrime(n)) n++;
    return n;
  };
  const many = next(61);
  return [many, next(many + 1), next(3)].map((rows) => {
    const resized = inputs.map(({ shape, ...input }) => ({ ...input, shape: [rows, ...shape.slice(1)] }));
    try {
      return { rows, written: writeAt(apply, params, resized) };
    } catch (error) {
      throw new RangeError(
        `apply: expected a function for every batch size (or dynamicBatch: false), got an error at ${rows} rows: ${(error as Error).message}`,
        { cause: error },
      );
    }
  });
}

function isPrime(n: number): boolean {
  for (let d = 2; d * d <= n; d++) if (n % d === 0) return false;
  return n > 1;
}

/** The leaves of the parameters, under the names of their paths. */
function parametersOf(params: Tree): Constant[] {
  const [leaves, structure] = tree.flatten(params as never) as unknown as [unknown[], tree.JsTreeDef];
  const names = leafNames(structure, leaves.length, "params");
  return leaves.map((leaf, i) => {
    if (!(leaf instanceof np.Array)) throw typeError(`params, ${names[i]}`, "an array", leaf);
    const data = leaf.ref.dataSync() as Data;
    const type = leaf.dtype as Constant["type"];
    return {
      name: names[i],
      type,
      shape: leaf.shape,
      data: leaf.dtype === "bool" ? Uint8Array.from(data as Int32Array) : data.slice(),
    };
  });
}

/** Gives everything its name in the file. Parameters that nothing uses are left out. */
function named(
  { nodes, constants, inputs, outputs, labels }: TracedFragment,
  weights: readonly Constant[],
  inputNames: readonly string[],
  fresh: (wanted: string) => string,
): Fragment {
  const used = new Set(nodes.flatMap((node) => node.inputs));
  const names = new Map<string, string>();
  for (const [i, { name }] of inputs.entries()) names.set(name, inputNames[i]);
  for (const [i, { name }] of outputs.entries()) names.set(name, fresh(labels[i]));
  const initializers = weights.flatMap((weight, i) => {
    if (!used.has(`p${i}`)) return [];
    names.set(`p${i}`, fresh(weight.name));
    return [{ ...weight, name: `p${i}` }];
  });
  const nameOf = (name: string): string => {
    const known = names.get(name) ?? fresh(name);
    names.set(name, known);
    return known;
  };
  const rename = <T extends { name: string }>(item: T): T => ({ ...item, name: nameOf(item.name) });
  return {
    nodes: nodes.map(
      (node): Node => ({ ...node, inputs: node.inputs.map(nameOf), outputs: node.outputs.map(nameOf) }),
    ),
    constants: [...initializers, ...constants].map(rename),
    inputs: inputs.map(rename),
    outputs: outputs.map(rename),
  };
}

function checkInputs(inputs: readonly InputDescription[], dynamicBatch: boolean): void {
  if (!Array.isArray(inputs)) throw typeError("inputs", "a list of { name, shape, dtype? }", inputs);
  const seen = new Set<string>();
  for (const [i, { name, shape, dtype = "float32" }] of inputs.entries()) {
    if (typeof name !== "string") throw typeError(`inputs[${i}].name`, "a text", name);
    if (name === "" || seen.has(name))
      throw rangeError(`inputs[${i}].name`, "a name of its own, not empty", name);
    seen.add(name);
    if (!Array.isArray(shape)) throw typeError(`inputs[${i}].shape`, "a list of sizes", shape);
    checkChoice(`inputs[${i}].dtype`, dtype, dtypes);
    const wrong = shape.find((size) => !Number.isInteger(size) || size < 1);
    if (wrong !== undefined) throw rangeError(`inputs[${i}].shape`, "integers >= 1", wrong);
    if (dynamicBatch && (shape.length === 0 || shape[0] !== inputs[0].shape[0]))
      throw rangeError(
        `inputs[${i}].shape`,
        `the batch of the first input as first axis (or dynamicBatch: false)`,
        shape,
      );
  }
  if (dynamicBatch && inputs.length === 0)
    throw rangeError("inputs", "at least one input with a batch (or dynamicBatch: false)", inputs);
}

/** @throws TypeError for values that are no texts */
export function checkMetadata(metadata: Readonly<Record<string, string>>): void {
  for (const [key, value] of Object.entries(metadata))
    if (typeof value !== "string") throw typeError(`metadata.${key}`, "a text", value);
}
