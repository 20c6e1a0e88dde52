import { rangeError } from "minimand/engine";
import { type Constant, classical, type Node } from "../onnx/model.ts";
import { float32, isMissing, join, makeWriter, type Writer } from "./encode-columns.ts";
import type { CategoricalColumn, NumericColumn } from "./tabular-model.ts";
import { type TablePart, writeTables } from "./write-tables.ts";

/** A condition on a column: a value of at least a number, one of some codes, or a missing one. */
export interface TreeSplit {
  /** The place of the column. */
  column: number;
  test: { atLeast: number } | { among: readonly number[] } | "missing";
  /** Whether missing values meet the condition. */
  missing: boolean;
  yes: TreeNode;
  no: TreeNode;
}

/** A node of a tree: a condition, or a leaf with its value. */
export type TreeNode = TreeSplit | { value: number };

/** Boosted trees: each output is its base plus the leaves of its trees. */
export interface BoostedTrees {
  base: readonly number[];
  trees: readonly { output: number; root: TreeNode }[];
  /**
   * The class of each output of several, whose softmax is the probability; of a single output the two classes, whose second has its logistic
   * function as probability. Empty for numbers.
   */
  classes: readonly number[];
}

/** Columns as trees take them: numbers as `(value - mean) / sd`, texts by their codes, 0 for a text that has none. */
export type TreeColumn =
  | Pick<NumericColumn, "kind" | "name" | "mean" | "sd" | "asMissing">
  | (Pick<CategoricalColumn, "kind" | "name" | "asMissing"> & { codes: ReadonlyMap<string, number> });

/** What comes before and after trees that predict from the columns of a table. */
export interface TreeTable {
  columns: readonly TreeColumn[];
  /** Texts that stand for a missing value in a column of texts. */
  missingWords: readonly string[];
  /** Scaled numbers are cut here, within float32. */
  farthest: number;
  /** Names of the classes, or mean and standard deviation that turn the output into a number. */
  output: { classes: readonly string[] } | { mean: number; sd: number };
}

/**
 * Writes boosted trees with all steps between a table and its predictions as one ONNX model. Inputs and outputs are those of
 * {@link tabularToOnnx}; the trees are `TreeEnsembleRegressor` of ai.onnx.ml 3. Several models are averaged: their probabilities, or numbers.
 *
 * @param models at least one; their columns are places in those of the table
 * @param table what comes before and after the trees
 * @param metadata texts kept in the file (`metadata_props`)
 * @returns the bytes of the file
 * @throws RangeError for no model, no tree, a column that the table hasn't, a table without columns or two columns of one name
 * @example
 * treesToOnnx([{ base: [0], trees: [{ output: 0, root: { value: 1 } }], classes: [] }], { columns, missingWords: [""], farthest: 1e30, output: { mean: 3, sd: 2 } });
 */
export function treesToOnnx(
  models: readonly BoostedTrees[],
  table: TreeTable,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  return writeTables([{ weight: 1, model: treesPart(models, table) }], metadata);
}

/**
 * Returns what {@link treesToOnnx} writes as a part of a file of several models, for `ensembleToOnnx`.
 *
 * @throws RangeError for no model or no tree
 */
export function treesPart(models: readonly BoostedTrees[], table: TreeTable): TablePart {
  if (models.length === 0 || models.some(({ trees }) => trees.length === 0))
    throw rangeError("models", "at least one, each with a tree", models.length);
  const { columns, output } = table;
  const between: TablePart["between"] = (fresh) => {
    const nodes: Node[] = [];
    const constants: Constant[] = [];
    const writer = makeWriter(nodes, constants, fresh);
    const { values, places } = valuesOf(writer, table);
    const sums = models.map((model) =>
      writer.op("TreeEnsembleRegressor", [values], attributesOf(model, places), classical.domain),
    );
    const share = writer.number("float32", 1 / models.length);
    const meanOf = (all: readonly string[]): string =>
      all.length === 1 ? all[0] : writer.op("Mul", [writer.op("Sum", all), share]);
    const result =
      "classes" in output
        ? writer.op("Log", [
            meanOf(
              sums.map((sum, i) => probabilities(writer, sum, models[i].classes, output.classes.length)),
            ),
          ])
        : meanOf(sums);
    const width = "classes" in output ? output.classes.length : 1;
    return { nodes, constants, output: { name: result, type: "float32", shape: [width] } };
  };
  return { columns, output, between };
}

/** All columns as one tensor, float32 `[batch, columns]`: numbers first. `places`: where each column is. */
function valuesOf(
  writer: Writer,
  { columns, missingWords, farthest }: TreeTable,
): { values: string; places: number[] } {
  const all = columns.map((column, i) => ({ column, i }));
  const numeric = all.flatMap(({ column, i }) => (column.kind === "numeric" ? [{ column, i }] : []));
  const categorical = all.flatMap(({ column, i }) => (column.kind === "categorical" ? [{ column, i }] : []));
  const parts: string[] = [];
  if (numeric.length > 0) {
    const own = numeric.map(({ column }) => column);
    const row = (of: (column: (typeof own)[number]) => number): string => writer.row("float64", own.map(of));
    const raw = join(
      writer,
      own.map(({ name }) => name),
    );
    const missing = isMissing(writer, raw, own);
    const scaled = writer.op("Div", [writer.op("Sub", [raw, row(({ mean }) => mean)]), row(({ sd }) => sd)]);
    const cut = writer.op("Clip", [
      scaled,
      writer.number("float64", -farthest),
      writer.number("float64", farthest),
    ]);
    const nan = writer.number("float64", Number.NaN);
    parts.push(float32(writer, writer.op("Where", [missing, nan, cut])));
  }
  for (const { column } of categorical) {
    const { name, codes, asMissing = [] } = column;
    const absent = new Set([...missingWords, ...asMissing]);
    const known = [...codes].filter(([text]) => !absent.has(text));
    parts.push(
      writer.op(
        "LabelEncoder",
        [name],
        {
          keys_strings: { texts: [...absent, ...known.map(([text]) => text)] },
          values_floats: { floats: [...[...absent].map(() => Number.NaN), ...known.map(([, code]) => code)] },
          default_float: { float: 0 },
        },
        classical.domain,
      ),
    );
  }
  const order = [...numeric, ...categorical].map(({ i }) => i);
  return { values: join(writer, parts), places: columns.map((_, i) => order.indexOf(i)) };
}

/** Probabilities of all classes, `[batch, classes]`, of which those without an output have 0. */
function probabilities(writer: Writer, sum: string, own: readonly number[], classes: number): string {
  const one = writer.number("float32", 1);
  const second = own.length === 2 ? writer.op("Sigmoid", [sum]) : null;
  const each =
    second === null
      ? writer.op("Softmax", [sum], { axis: 1 })
      : writer.op("Concat", [writer.op("Sub", [one, second]), second], { axis: 1 });
  if (own.length === classes && own.every((id, i) => id === i)) return each;
  const zero = writer.op("Mul", [
    writer.op("Slice", [each, writer.row("int64", [0]), writer.row("int64", [1]), writer.row("int64", [1])]),
    writer.number("float32", 0),
  ]);
  const columns = Array.from({ length: classes }, (_, id) => {
    const at = own.indexOf(id);
    return at < 0 ? own.length : at;
  });
  return writer.op("Gather", [writer.op("Concat", [each, zero], { axis: 1 }), writer.row("int64", columns)], {
    axis: 1,
  });
}

/** The lists by which the operator describes trees. */
function attributesOf({ base, trees }: BoostedTrees, places: readonly number[]): Node["attributes"] {
  const nodes: {
    tree: number;
    column: number;
    mode: string;
    value: number;
    yes: number;
    no: number;
    missing: number;
    id: number;
  }[] = [];
  const leaves: { tree: number; id: number; output: number; value: number }[] = [];
  trees.forEach(({ output, root }, tree) => {
    let count = 0;
    const add = (mode: string, column: number, value: number, missing: boolean) => {
      const node = { tree, id: count++, mode, column, value, missing: Number(missing), yes: 0, no: 0 };
      nodes.push(node);
      return node;
    };
    const write = (node: TreeNode): number => {
      if ("value" in node) {
        const { id } = add("LEAF", 0, 0, false);
        leaves.push({ tree, id, output, value: node.value });
        return id;
      }
      const { test, missing, yes, no } = node;
      const column = places[node.column];
      if (column === undefined) throw rangeError("models", `columns below ${places.length}`, node.column);
      if (test === "missing" || "atLeast" in test) {
        // Nothing is greater than the largest number of float32, so that missing values alone meet the first.
        const own =
          test === "missing"
            ? add("BRANCH_GT", column, largest, true)
            : add("BRANCH_GTE", column, test.atLeast, missing);
        own.yes = write(yes);
        own.no = write(no);
        return own.id;
      }
      // A chain of equalities that all lead to the same node.
      const chain = test.among.map((code, i) => add("BRANCH_EQ", column, code, missing && i === 0));
      if (chain.length === 0) return write(missing ? { ...node, test: "missing" } : no);
      const met = write(yes);
      const last = write(no);
      chain.forEach((own, i) => {
        own.yes = met;
        own.no = chain[i + 1]?.id ?? last;
      });
      return chain[0].id;
    };
    write(root);
  });
  const of = <T>(value: (node: (typeof nodes)[number]) => T): T[] => nodes.map(value);
  return {
    n_targets: base.length,
    aggregate_function: "SUM",
    base_values: { floats: base },
    nodes_treeids: of(({ tree }) => tree),
    nodes_nodeids: of(({ id }) => id),
    nodes_featureids: of(({ column }) => column),
    nodes_modes: { texts: of(({ mode }) => mode) },
    nodes_values: { floats: of(({ value }) => value) },
    nodes_truenodeids: of(({ yes }) => yes),
    nodes_falsenodeids: of(({ no }) => no),
    nodes_missing_value_tracks_true: of(({ missing }) => missing),
    target_treeids: leaves.map(({ tree }) => tree),
    target_nodeids: leaves.map(({ id }) => id),
    target_ids: leaves.map(({ output }) => output),
    target_weights: { floats: leaves.map(({ value }) => value) },
  };
}

const largest = 3.4028234663852886e38;
