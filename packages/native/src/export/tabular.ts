import type { ElasticNetwork, ElasticVariables, QuantConfig } from "minimand";
import { checkChoice, type Tree, typeError } from "minimand/engine";
import { encodeColumns } from "./encode-columns.ts";
import { containers, type QdqOptions, quantizedFragment } from "./quantized.ts";
import type { TabularModel } from "./tabular-model.ts";
import { fragmentOf } from "./to-onnx.ts";
import type { Apply } from "./write-at.ts";
import { type Between, type TablePart, writeTables } from "./write-tables.ts";

/**
 * Writes a network with all steps between a table and its predictions as one ONNX model.
 *
 * One input `[batch, 1]` for each column, named as the column: float64 for numbers (NaN where missing), texts for
 * categories. Outputs: `label` `[batch]` (the class with the largest output) and `probabilities` `[batch, classes]`
 * (softmax), or `prediction` `[batch]` (float64). An output whose name is that of a column gets a `_` behind it.
 * Numbers are standardised in float64, as they were in training. The file holds a sum of itself, against which
 * `loadModel` and `modelInfo` check it.
 *
 * @param apply the network, from parameters and encoded rows `[batch, inputs]` to `[batch, classes]` or `[batch, 1]`
 * @param params its parameters; only read
 * @param metadata texts kept in the file (`metadata_props`)
 * @returns the bytes of the file
 * @throws RangeError for a table without columns or two columns of one name; all that `toOnnx` throws
 * @example
 * tabularToOnnx(apply, params, { columns, missingWords: ["", "NA"], mostDeviations: 1e6, output: { classes: ["no", "yes"] } });
 */
export function tabularToOnnx<P extends Tree>(
  apply: Apply<P>,
  params: P,
  table: TabularModel,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  return writeTables([{ weight: 1, model: tabularPart(apply, params, table) }], metadata);
}

/**
 * Returns what {@link tabularToOnnx} writes as a part of a file of several models, for `ensembleToOnnx`.
 *
 * @throws TypeError if `apply` isn't a function
 */
export function tabularPart<P extends Tree>(apply: Apply<P>, params: P, table: TabularModel): TablePart {
  if (typeof apply !== "function") throw typeError("apply", "a function", apply);
  const between = encodedBy(table, ({ input, width, fresh }) => {
    const network = fragmentOf(apply, params, [{ name: input, shape: [1, width] }], {
      dynamicBatch: true,
      fresh,
    });
    const [{ name, type, shape }] = network.outputs;
    return { ...network, output: { name, type, shape: shape.slice(1) } };
  });
  return { columns: table.columns, output: table.output, between };
}

/**
 * Writes a quantised network with all steps between a table and its predictions as one ONNX model: {@link tabularToOnnx} around what
 * `toOnnxQdq` writes.
 *
 * @param network of `elasticNetwork`, from `[batch, inputs]` to `[batch, classes]` or `[batch, 1]`
 * @param variables parameters and state; only read
 * @param configs one per layer
 * @param table what comes before and after the network, and `container` as for `toOnnxQdq`
 * @param metadata texts kept in the file (`metadata_props`)
 * @returns the bytes of the file
 * @throws as {@link tabularToOnnx} and `toOnnxQdq`
 * @example
 * tabularToOnnxQdq(network, variables, configs, { columns, missingWords: [""], mostDeviations: 1e6, output: { mean: 3, sd: 2 }, container: "int4" });
 */
export function tabularToOnnxQdq(
  network: ElasticNetwork,
  variables: ElasticVariables,
  configs: readonly QuantConfig[],
  table: TabularModel & Pick<QdqOptions, "container">,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const { container = "int8" } = table;
  checkChoice("container", container, containers);
  const between = encodedBy(table, ({ input, width, fresh }) => {
    const fragment = quantizedFragment(network, variables, configs, {
      input,
      shape: [width],
      container,
      fresh,
    });
    return { ...fragment, output: { ...fragment.output, type: "float32" } };
  });
  const model = { columns: table.columns, output: table.output, between };
  return writeTables([{ weight: 1, model }], metadata);
}

/** Puts the encoding of the columns before a network. */
const encodedBy =
  (
    { columns, missingWords, mostDeviations }: TabularModel,
    networkFor: (given: { input: string; width: number; fresh: (wanted: string) => string }) => Between,
  ) =>
  (fresh: (wanted: string) => string): Between => {
    const before = encodeColumns(columns, { missingWords, mostDeviations }, fresh);
    const network = networkFor({ input: before.encoded, width: before.width, fresh });
    return {
      nodes: [...before.nodes, ...network.nodes],
      constants: [...before.constants, ...network.constants],
      output: network.output,
    };
  };
