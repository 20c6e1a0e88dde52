import type { ElasticNetwork, ElasticVariables, QuantConfig } from "minimand";
import { checkChoice, rangeError, type Tree, typeError } from "minimand/engine";
import { type Constant, elementTypes, type Node, type Port } from "../onnx/model.ts";
import { encodeColumns, inputOf } from "./encode-columns.ts";
import { freshNames } from "./names.ts";
import { encodeWithSum } from "./own-sum.ts";
import { containers, type QdqOptions, quantizedFragment } from "./quantized.ts";
import type { TabularModel } from "./tabular-model.ts";
import { checkMetadata, fragmentOf } from "./to-onnx.ts";
import type { Apply } from "./write-at.ts";

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
  if (typeof apply !== "function") throw typeError("apply", "a function", apply);
  return writeTable(
    table,
    metadata,
    encodedBy(table, ({ input, width, fresh }) => {
      const network = fragmentOf(apply, params, [{ name: input, shape: [1, width] }], {
        dynamicBatch: true,
        fresh,
      });
      const [{ name, type, shape }] = network.outputs;
      return { ...network, output: { name, type, shape: shape.slice(1) } };
    }),
  );
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
  return writeTable(
    table,
    metadata,
    encodedBy(table, ({ input, width, fresh }) => {
      const fragment = quantizedFragment(network, variables, configs, {
        input,
        shape: [width],
        container,
        fresh,
      });
      return { ...fragment, output: { ...fragment.output, type: "float32" } };
    }),
  );
}

/** What comes between the columns and the answer of a file. */
export interface Between {
  nodes: readonly Node[];
  constants: readonly Constant[];
  /** Logits of the classes, or a number. Shape of a row. */
  output: { name: string; type: string; shape: readonly (number | string)[] };
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

/** Writes a file with an input for each column, what comes between, and the answer. */
export function writeTable(
  {
    columns,
    output,
  }: Pick<TabularModel, "output"> & {
    columns: readonly Pick<TabularModel["columns"][number], "name" | "kind">[];
  },
  metadata: Readonly<Record<string, string>>,
  betweenFor: (fresh: (wanted: string) => string) => Between,
): Uint8Array<ArrayBuffer> {
  checkMetadata(metadata);
  const names = new Set(columns.map(({ name }) => name));
  if (columns.length === 0 || names.size < columns.length || names.has(""))
    throw rangeError(
      "columns",
      "columns with names of their own",
      columns.map(({ name }) => name).join(", "),
    );
  const fresh = freshNames();
  for (const name of names) fresh(name);
  const ends = ("classes" in output ? ["label", "probabilities"] : ["prediction"]).map(fresh);
  const between = betweenFor(fresh);
  const { name: result, type, shape } = between.output;
  const outputs = "classes" in output ? output.classes.length : 1;
  if (type !== "float32" || shape.length !== 1 || shape[0] !== outputs)
    throw rangeError(
      "apply",
      `one output float32[batch, ${outputs}]`,
      `${type}[${["batch", ...shape].join(", ")}]`,
    );
  const after =
    "classes" in output ? decide(result, output.classes, ends, fresh) : rescale(result, output, ends, fresh);
  return encodeWithSum({
    name: "model",
    nodes: [...between.nodes, ...after.nodes],
    constants: [...between.constants, ...after.constants],
    inputs: columns.map(inputOf),
    outputs: after.outputs,
    metadata,
  });
}

interface After {
  nodes: Node[];
  constants: Constant[];
  outputs: Port[];
}

function decide(
  logits: string,
  classes: readonly string[],
  [label, probabilities]: readonly string[],
  fresh: (wanted: string) => string,
): After {
  const [names, best] = [fresh("classes"), fresh("best")];
  return {
    nodes: [
      { op: "Softmax", inputs: [logits], outputs: [probabilities], attributes: { axis: 1 } },
      // Of equally large ones the first.
      { op: "ArgMax", inputs: [logits], outputs: [best], attributes: { axis: 1, keepdims: 0 } },
      { op: "Gather", inputs: [names, best], outputs: [label], attributes: { axis: 0 } },
    ],
    constants: [{ name: names, type: "string", shape: [classes.length], data: classes }],
    outputs: [
      { name: label, type: "string", shape: ["batch"] },
      { name: probabilities, type: "float32", shape: ["batch", classes.length] },
    ],
  };
}

function rescale(
  output: string,
  { mean, sd, log = false }: { mean: number; sd: number; log?: boolean },
  [prediction]: readonly string[],
  fresh: (wanted: string) => string,
): After {
  const [column, wide, scaled, axis, times, plus, exponent, bounded, most] = [
    "column",
    "wide",
    "scaled",
    "column_axis",
    "target_sd",
    "target_mean",
    ...(log ? ["exponent", "bounded_exponent", "most_exponent"] : []),
  ].map(fresh);
  return {
    nodes: [
      { op: "Squeeze", inputs: [output, axis], outputs: [column], attributes: {} },
      { op: "Cast", inputs: [column], outputs: [wide], attributes: { to: elementTypes.float64 } },
      { op: "Mul", inputs: [wide, times], outputs: [scaled], attributes: {} },
      { op: "Add", inputs: [scaled, plus], outputs: [log ? exponent : prediction], attributes: {} },
      ...(log
        ? [
            { op: "Min", inputs: [exponent, most], outputs: [bounded], attributes: {} },
            { op: "Exp", inputs: [bounded], outputs: [prediction], attributes: {} },
          ]
        : []),
    ],
    constants: [
      { name: axis, type: "int64", shape: [1], data: BigInt64Array.of(1n) },
      { name: times, type: "float64", shape: [], data: Float64Array.of(sd) },
      { name: plus, type: "float64", shape: [], data: Float64Array.of(mean) },
      ...(log
        ? [
            {
              name: most,
              type: "float64" as const,
              shape: [],
              data: Float64Array.of(Math.log(Number.MAX_VALUE)),
            },
          ]
        : []),
    ],
    outputs: [{ name: prediction, type: "float64", shape: ["batch"] }],
  };
}
