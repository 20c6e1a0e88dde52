import { rangeError } from "minimand/engine";
import type { Constant, Node } from "../onnx/model.ts";
import { type After, decide, decideByMean, rescale, sumOf } from "./answers.ts";
import { inputOf } from "./encode-columns.ts";
import { freshNames } from "./names.ts";
import { encodeWithSum } from "./own-sum.ts";
import type { TabularModel } from "./tabular-model.ts";
import { checkMetadata } from "./to-onnx.ts";

/** What comes between the columns and the answer of a file. */
export interface Between {
  nodes: readonly Node[];
  constants: readonly Constant[];
  /** Logits of the classes, or a number. Shape of a row. */
  output: { name: string; type: string; shape: readonly (number | string)[] };
}

/** A model that predicts from the columns of a table, before it is written. */
export interface TablePart extends Pick<TabularModel, "output"> {
  columns: readonly Pick<TabularModel["columns"][number], "name" | "kind">[];
  between: (fresh: (wanted: string) => string) => Between;
}

/** A model, and its share of the prediction. */
export interface WeightedPart {
  weight: number;
  model: TablePart;
}

/**
 * Writes models that predict from one table as one ONNX model, whose prediction is the weighted mean of theirs: of the probabilities, or of
 * the numbers. Inputs and outputs are those of `tabularToOnnx`; a column that several models read is one input.
 *
 * @param parts at least one, of `tabularPart` or `treesPart`; weights are positive and add up to 1
 * @param metadata texts kept in the file (`metadata_props`)
 * @returns the bytes of the file
 * @throws RangeError for no part, weights that don't add up to 1, models of other classes, and columns of one name but two kinds
 * @example
 * ensembleToOnnx([{ weight: 0.4, model: tabularPart(apply, params, table) }, { weight: 0.6, model: treesPart(trees, columns) }]);
 */
export function ensembleToOnnx(
  parts: readonly WeightedPart[],
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const sum = parts.reduce((total, { weight }) => total + weight, 0);
  if (parts.some(({ weight }) => !(weight > 0)) || !(Math.abs(sum - 1) < 1e-6))
    throw rangeError(
      "parts",
      "models with positive weights that add up to 1",
      parts.map(({ weight }) => weight).join(", "),
    );
  const classes = new Set(
    parts.map(({ model: { output } }) => ("classes" in output ? output.classes.join(", ") : "numbers")),
  );
  if (classes.size > 1) throw rangeError("parts", "models of the same classes", [...classes].join(" and "));
  return writeTables(parts, metadata);
}

/** Writes a file with an input for each column, what comes between for each model, and the answer. */
export function writeTables(
  parts: readonly WeightedPart[],
  metadata: Readonly<Record<string, string>>,
): Uint8Array<ArrayBuffer> {
  checkMetadata(metadata);
  const columns = columnsOf(parts.map(({ model }) => model));
  const fresh = freshNames();
  for (const { name } of columns) fresh(name);
  const [{ model }] = parts;
  const { output } = model;
  const ends = ("classes" in output ? ["label", "probabilities"] : ["prediction"]).map(fresh);
  const [{ nodes, constants, outputs }, betweens] =
    parts.length === 1 ? answerOfOne(model, ends, fresh) : answerOfAll(parts, ends, fresh);
  return encodeWithSum({
    name: "model",
    nodes: [...betweens.flatMap((between) => between.nodes), ...nodes],
    constants: [...betweens.flatMap((between) => between.constants), ...constants],
    inputs: columns.map(inputOf),
    outputs,
    metadata,
  });
}

type Columns = TablePart["columns"];

/** Each column that some model reads, once. */
function columnsOf(models: readonly TablePart[]): Columns {
  const found = new Map<string, Columns[number]>();
  for (const { columns } of models) {
    const names = new Set(columns.map(({ name }) => name));
    if (columns.length === 0 || names.size < columns.length || names.has(""))
      throw rangeError(
        "columns",
        "columns with names of their own",
        columns.map(({ name }) => name).join(", "),
      );
    for (const column of columns) {
      const { kind } = found.get(column.name) ?? column;
      if (kind !== column.kind)
        throw rangeError("columns", `'${column.name}' to be of one kind`, `${kind} and ${column.kind}`);
      found.set(column.name, column);
    }
  }
  return [...found.values()];
}

type Answer = readonly [After, readonly Between[]];
type Fresh = (wanted: string) => string;

function answerOfOne(model: TablePart, ends: readonly string[], fresh: Fresh): Answer {
  const between = checkedBetween(model, fresh);
  const { output } = model;
  const { name } = between.output;
  const after =
    "classes" in output ? decide(name, output.classes, ends, fresh) : rescale(name, output, ends[0], fresh);
  return [after, [between]];
}

function answerOfAll(parts: readonly WeightedPart[], ends: readonly string[], fresh: Fresh): Answer {
  const betweens = parts.map(({ model }) => checkedBetween(model, fresh));
  const results = betweens.map(({ output }) => output.name);
  const weights = parts.map(({ weight }) => weight);
  const [{ output }] = parts.map(({ model }) => model);
  if ("classes" in output) return [decideByMean(results, weights, output.classes, ends, fresh), betweens];
  const own = parts.map(({ model }, i) => {
    const name = fresh("own_prediction");
    const scale = model.output as Exclude<TablePart["output"], { classes: readonly string[] }>;
    return { name, after: rescale(results[i], scale, name, fresh) };
  });
  const sum = sumOf(
    own.map(({ name }) => name),
    weights,
    { type: "float64", result: ends[0] },
    fresh,
  );
  const after: After = {
    nodes: [...own.flatMap(({ after: { nodes } }) => nodes), ...sum.nodes],
    constants: [...own.flatMap(({ after: { constants } }) => constants), ...sum.constants],
    outputs: [{ name: ends[0], type: "float64", shape: ["batch"] }],
  };
  return [after, betweens];
}

/** What a model puts between; a RangeError where that isn't one output for each class. */
function checkedBetween({ output, between }: TablePart, fresh: Fresh): Between {
  const made = between(fresh);
  const { type, shape } = made.output;
  const outputs = "classes" in output ? output.classes.length : 1;
  if (type !== "float32" || shape.length !== 1 || shape[0] !== outputs)
    throw rangeError(
      "apply",
      `one output float32[batch, ${outputs}]`,
      `${type}[${["batch", ...shape].join(", ")}]`,
    );
  return made;
}
