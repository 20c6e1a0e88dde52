import { type Attribute, type Constant, elementTypes, type Node, type Port } from "../onnx/model.ts";
import type { CategoricalColumn, NumericColumn, TabularModel } from "./tabular-model.ts";

/** Nodes that turn the columns of a table into the inputs of a network. */
export interface Encoding {
  nodes: Node[];
  constants: Constant[];
  inputs: Port[];
  /** The tensor of the inputs, float32 `[batch, width]`. */
  encoded: string;
  width: number;
}

/** Inputs of the network that come from one tensor: its columns, and where among all inputs each belongs. */
interface Block {
  tensor: string;
  places: number[];
}

/** Writes nodes whose shapes all follow from those of their operands. */
export interface Writer {
  op(
    op: string,
    inputs: readonly string[],
    attributes?: Readonly<Record<string, Attribute>>,
    domain?: Node["domain"],
  ): string;
  /** A row of values, which every row of a tensor meets. */
  row(
    type: "float32" | "float64" | "int64" | "bool" | "string",
    values: readonly (number | string)[],
  ): string;
  number(type: "float32" | "float64", value: number): string;
}

/** Returns the encoding of columns, as the training rows had it. */
export function encodeColumns(
  columns: readonly (NumericColumn | CategoricalColumn)[],
  { missingWords, mostDeviations }: Pick<TabularModel, "missingWords" | "mostDeviations">,
  fresh: (wanted: string) => string,
): Encoding {
  const nodes: Node[] = [];
  const constants: Constant[] = [];
  const writer = makeWriter(nodes, constants, fresh);
  let width = 0;
  const placed = columns.map((column) => {
    const first = width;
    width += widthOf(column);
    return { column, first };
  });
  const numeric = placed.filter((p): p is Placed<NumericColumn> => p.column.kind === "numeric");
  const blocks = numeric.length === 0 ? [] : standardise(writer, numeric, mostDeviations);
  for (const { column, first } of placed)
    if (column.kind === "categorical") blocks.push(oneHot(writer, column, first, missingWords));
  const joined = join(
    writer,
    blocks.map(({ tensor }) => tensor),
  );
  const order = blocks.flatMap(({ places }) => places);
  const turned = order.some((place, i) => place !== i);
  const encoded = turned
    ? writer.op(
        "Gather",
        [
          joined,
          writer.row(
            "int64",
            order.map((_, place) => order.indexOf(place)),
          ),
        ],
        { axis: 1 },
      )
    : joined;
  return { nodes, constants, inputs: columns.map(inputOf), encoded, width };
}

/** Returns the input of a file for a column. */
export function inputOf({ name, kind }: Pick<NumericColumn | CategoricalColumn, "name" | "kind">): Port {
  return { name, type: kind === "numeric" ? "float64" : "string", shape: ["batch", 1] };
}

interface Placed<C> {
  column: C;
  /** The first of its inputs. */
  first: number;
}

function widthOf(column: NumericColumn | CategoricalColumn): number {
  if (column.kind === "numeric")
    return 1 + Number(column.missingIndicator) + Math.max(0, (column.edges ?? []).length - 1);
  return column.levels.length + Number(column.pooled.length > 0) + Number(column.missing);
}

/** All columns of numbers at once, in float64: where the mean is large against the deviation, float32 loses the value. */
function standardise(writer: Writer, placed: readonly Placed<NumericColumn>[], most: number): Block[] {
  const columns = placed.map(({ column }) => column);
  const raw = join(
    writer,
    columns.map(({ name }) => name),
  );
  const missing = isMissing(writer, raw, columns);
  const constant = columns.map(({ sd }) => sd === 0);
  // A column that never varied is 0 whatever comes, as if it were missing.
  const replaced = constant.includes(true)
    ? writer.op("Or", [missing, writer.row("bool", constant.map(Number))])
    : missing;
  const medians = columns.map(({ sd, median, mean }) => (sd === 0 ? mean : median));
  const values = writer.op("Where", [replaced, writer.row("float64", medians), raw]);
  const centred = writer.op("Sub", [
    values,
    writer.row(
      "float64",
      columns.map(({ mean }) => mean),
    ),
  ]);
  const scaled = writer.op("Div", [
    centred,
    writer.row(
      "float64",
      columns.map(({ sd }) => (sd === 0 ? 1 : sd)),
    ),
  ]);
  const cut = writer.op("Clip", [scaled, writer.number("float64", -most), writer.number("float64", most)]);
  const blocks = [{ tensor: float32(writer, cut), places: placed.map(({ first }) => first) }];
  const indicated = columns.flatMap(({ missingIndicator }, i) => (missingIndicator ? [i] : []));
  if (indicated.length > 0) {
    const some =
      indicated.length === columns.length
        ? missing
        : writer.op("Gather", [missing, writer.row("int64", indicated)], { axis: 1 });
    blocks.push({ tensor: float32(writer, some), places: indicated.map((i) => placed[i].first + 1) });
  }
  if (columns.some(({ edges }) => edges !== undefined)) blocks.push(inBins(writer, values, placed));
  return blocks;
}

/** All bins of all columns at once: the values of each bin's column, less the lower edge, by its width, cut to [0, 1]. */
function inBins(writer: Writer, values: string, placed: readonly Placed<NumericColumn>[]): Block {
  const bins = placed.flatMap(({ column: { edges = [], missingIndicator }, first }, i) =>
    edges.slice(1).map((upper, k) => ({
      column: i,
      lower: edges[k],
      width: upper - edges[k],
      place: first + 1 + Number(missingIndicator) + k,
    })),
  );
  const row = (of: (bin: (typeof bins)[number]) => number): string => writer.row("float64", bins.map(of));
  const own = writer.op(
    "Gather",
    [
      values,
      writer.row(
        "int64",
        bins.map(({ column }) => column),
      ),
    ],
    { axis: 1 },
  );
  const shares = writer.op("Div", [
    writer.op("Sub", [own, row(({ lower }) => lower)]),
    row(({ width }) => width),
  ]);
  const cut = writer.op("Clip", [shares, writer.number("float64", 0), writer.number("float64", 1)]);
  return { tensor: float32(writer, cut), places: bins.map(({ place }) => place) };
}

/** NaN, and what stands for a missing value in its column: as many comparisons as the column with most of them has. */
export function isMissing(
  writer: Writer,
  raw: string,
  columns: readonly Pick<NumericColumn, "asMissing">[],
): string {
  const values = columns.map(({ asMissing = [] }) => asMissing.map(Number).filter((v) => !Number.isNaN(v)));
  const most = Math.max(...values.map(({ length }) => length));
  let missing = writer.op("IsNaN", [raw]);
  for (let k = 0; k < most; k++) {
    const row = values.map((own) => own[k] ?? Number.NaN);
    missing = writer.op("Or", [missing, writer.op("Equal", [raw, writer.row("float64", row)])]);
  }
  return missing;
}

function oneHot(
  writer: Writer,
  { name, levels, pooled, missing, asMissing = [] }: CategoricalColumn,
  first: number,
  missingWords: readonly string[],
): Block {
  const hot =
    levels.length === 0 ? [] : [float32(writer, writer.op("Equal", [name, writer.row("string", levels)]))];
  const parts = [...hot];
  const any = (tensor: string): string =>
    writer.op("ReduceMax", [tensor, writer.row("int64", [1])], { keepdims: 1 });
  if (pooled.length > 0 || missing) {
    const words = writer.row("string", [...missingWords, ...asMissing]);
    const absent = any(float32(writer, writer.op("Equal", [name, words])));
    if (pooled.length > 0) {
      const known = hot.length === 0 ? absent : writer.op("Max", [any(hot[0]), absent]);
      parts.push(writer.op("Sub", [writer.number("float32", 1), known]));
    }
    if (missing) parts.push(absent);
  }
  const count = levels.length + Number(pooled.length > 0) + Number(missing);
  return { tensor: join(writer, parts), places: Array.from({ length: count }, (_, i) => first + i) };
}

export function float32(writer: Writer, tensor: string): string {
  return writer.op("Cast", [tensor], { to: elementTypes.float32 });
}

export function join(writer: Writer, tensors: readonly string[]): string {
  return tensors.length === 1 ? tensors[0] : writer.op("Concat", tensors, { axis: 1 });
}

/** Returns a writer that adds nodes and constants, each constant once. */
export function makeWriter(nodes: Node[], constants: Constant[], fresh: (wanted: string) => string): Writer {
  const known = new Map<string, string>();
  const constant = (
    type: Constant["type"],
    shape: number[],
    values: readonly (number | string)[],
  ): string => {
    const key = JSON.stringify([type, shape, values]);
    let name = known.get(key);
    if (name === undefined) {
      name = fresh(`encoding_constant_${constants.length}`);
      known.set(key, name);
      constants.push({ name, type, shape, data: dataOf(type, values) });
    }
    return name;
  };
  return {
    op(op, inputs, attributes = {}, domain = undefined) {
      const name = fresh(`encoding_${nodes.length}`);
      nodes.push({ op, inputs, outputs: [name], attributes, ...(domain !== undefined && { domain }) });
      return name;
    },
    row: (type, values) => constant(type, [values.length], values),
    number: (type, value) => constant(type, [], [value]),
  };
}

function dataOf(type: Constant["type"], values: readonly (number | string)[]): Constant["data"] {
  if (type === "string") return values.map(String);
  const numbers = values.map(Number);
  if (type === "int64") return BigInt64Array.from(numbers, BigInt);
  if (type === "bool") return Uint8Array.from(numbers);
  return type === "float64" ? Float64Array.from(numbers) : Float32Array.from(numbers);
}
