import {
  type BitSettings,
  encodeTable,
  encodeTarget,
  fullEvaluation,
  isMissing,
  isMissingNumber,
  type ModelDescription,
  type Note,
  type OwnModel,
  type Prediction,
  predictionOf,
  type Rows,
  type SavedNetwork,
  type Table,
  takenRows,
  type UnreadableRows,
  unreadableRows,
} from "@minimand/compare";
import {
  type Container,
  eachWidth,
  onnxOf,
  quantisedFile,
  quantisedOnnx,
  usualContainer,
} from "@minimand/compare/artifacts";
import { type Compile, derive, randomSource, shuffle } from "minimand/engine";
import { UsageError } from "../../failure.ts";
import { openOnnxBytes } from "../../models/onnx-model.ts";

/** How rows quantise a model. */
export interface QuantisingRows {
  widths: readonly BitSettings[];
  container: Container | undefined;
  own: OwnModel | undefined;
  compile: Compile | undefined;
  signal: AbortSignal;
  onEpoch: (done: number, total: number) => void;
}

/** What one width gives on rows that it was not quantised by. */
export interface JudgedWidth {
  bits: number;
  layerBits: number[];
  activationBits: number;
  container: Container;
  file: string;
  /** Of the parameters, codes in as few bytes as they need; and of the file. */
  bytes: number;
  fileBytes: number;
  quantised: Judged;
  /** Before it was fine-tuned. */
  rounded: Judged;
  /** The file in ONNX Runtime against the same network in the library, on all rows that could be read; null where there is no ONNX Runtime. */
  runtime: { rows: number; same: number; otherClass: number } | null;
}

/** Predictions on the rows held out. */
export interface Judged {
  /** By the labels of those rows that have one; null where none has. */
  metrics: Record<string, number | null> | null;
  /** Against the float network: other classes of all rows held out, or the root mean square of the change of numbers. */
  changed: number;
  /** Of the labelled ones among them: right in float and wrong now, and the other way round. Null for numbers, and without labels. */
  flipped: { lost: number; gained: number } | null;
}

/** A model quantised by some of the rows of a table, and judged by the others. */
export interface QuantisedByRows {
  rows: { quantisedBy: number; heldOut: number; labelled: number };
  float: { bytes: number; fileBytes: number; metrics: Record<string, number | null> | null };
  widths: JudgedWidth[];
  files: Record<string, Uint8Array>;
  notes: Note[];
}

/** Two rows to quantise by, and one to judge by. */
const leastRows = 3;

/**
 * Quantises a kept network by two of three rows of a table, and judges it by the third.
 *
 * @throws UsageError in one line where there are fewer than three rows, or ONNX Runtime doesn't take what holds the codes; DataError
 *   for columns that lack, and labels that are no classes
 */
export async function quantiseByRows(
  model: SavedNetwork,
  table: Table,
  { widths, container, own, compile, signal, onEpoch }: QuantisingRows,
): Promise<QuantisedByRows> {
  const { description } = model;
  const { readable, all, notes } = rowsOf(description, table);
  if (readable.length < leastRows)
    throw new UsageError(
      `--data: expected at least ${leastRows} rows that can be read, two to quantise by and one to judge by, got ${readable.length}`,
    );
  const { by, held } = split(readable);
  const labels = labelsOf(description, table);
  const judge = judgeOf(description, labels, held);
  const ofRows = (rows: Int32Array): Rows => ({ x: takenRows(all.x, all.inputs, rows), rows: rows.length });
  const [byRows, heldRows, readRows] = [by, held, readable].map(ofRows);
  const files: Record<string, Uint8Array> = {};
  let float: Prediction | null = null;
  let floatBytes = 0;
  const predicted = (outputs: Float32Array, { rows }: Rows): Prediction =>
    predictionOf(outputs, rows, description.task, description.targetScale);
  const judged = await eachWidth(
    model,
    byRows,
    widths,
    { own, compile, signal, onEpoch },
    async (quantised, { bits }): Promise<JudgedWidth> => {
      float ??= predicted(await quantised.floatOutputs(heldRows), heldRows);
      floatBytes = quantised.bytes.float;
      const holder = container ?? usualContainer(bits);
      const bytes = (await quantisedOnnx(model, quantised, holder))!;
      files[quantisedFile(bits)] = bytes;
      const expected = predicted(await quantised.outputs(readRows), readRows);
      return {
        bits,
        layerBits: quantised.configs.map(({ weightBits }) => weightBits),
        activationBits: quantised.configs[0].actBits,
        container: holder,
        file: quantisedFile(bits),
        bytes: quantised.bytes.packed,
        fileBytes: bytes.length,
        quantised: judge(predicted(await quantised.outputs(heldRows), heldRows), float),
        rounded: judge(predicted(await quantised.roundedOutputs(heldRows), heldRows), float),
        runtime: await inRuntime(bytes, { table, readable, expected, holder }),
      };
    },
  );
  return {
    rows: {
      quantisedBy: by.length,
      heldOut: held.length,
      labelled: labels === null ? 0 : held.filter((row) => labels.at.has(row)).length,
    },
    float: {
      bytes: floatBytes,
      fileBytes: (await onnxOf(model, own)).length,
      metrics: judge(float!, float!).metrics,
    },
    widths: judged,
    files,
    notes,
  };
}

function rowsOf(
  description: ModelDescription,
  table: Table,
): { readable: Int32Array; all: { x: Float32Array; inputs: number }; notes: Note[] } {
  const faults: UnreadableRows = new Map();
  const { x, notes } = encodeTable(description.encoder, table, faults);
  const { unreadable, notes: more } = unreadableRows(table, faults);
  const none = new Set(unreadable);
  const readable = Int32Array.from({ length: table.rows }, (_, row) => row).filter((row) => !none.has(row));
  return {
    readable,
    all: { x, inputs: description.encoder.inputs },
    // Words of predicting.
    notes: [...notes, ...more].map((note) => ({
      ...note,
      text: note.text.replace("could not predict", "left out"),
    })),
  };
}

/** Every third of the rows in an order that is always the same is held out. */
function split(readable: Int32Array): { by: Int32Array; held: Int32Array } {
  const order = shuffle(readable.slice(), randomSource(derive(0, readable.length)));
  const held = Math.floor(order.length / 3);
  return { by: order.slice(held).sort(), held: order.slice(0, held).sort() };
}

interface Labels {
  /** Of each labelled row of the table its place in the others. */
  at: Map<number, number>;
  labels: Int32Array;
  targets: Float64Array;
}

/** What was to be predicted, where the table has it. */
function labelsOf({ target, task, classes, targetReading }: ModelDescription, table: Table): Labels | null {
  const column = table.columns.find(({ name }) => name === target);
  const missing = task === "regression" ? isMissingNumber : isMissing;
  if (column === undefined) return null;
  const some = Array.from({ length: table.rows }, (_, row) => row).some((row) => !missing(column.at(row)));
  if (!some) return null;
  const { rows, labels, targets } = encodeTarget(
    { target, task, classes, ...(targetReading && { targetReading }) },
    table,
  );
  return { at: new Map([...rows].map((row, i) => [row, i])), labels, targets };
}

function judgeOf(
  { task, classes }: ModelDescription,
  labels: Labels | null,
  held: Int32Array,
): (prediction: Prediction, float: Prediction) => Judged {
  const places = [...held.keys()].filter((i) => labels?.at.has(held[i]));
  const of = (values: ArrayLike<number>): number[] =>
    values.length === 0 ? [] : places.map((i) => values[labels!.at.get(held[i])!]);
  const part = labels && {
    x: new Float32Array(0),
    rows: places.length,
    labels: Int32Array.from(of(labels.labels)),
    targets: Float64Array.from(of(labels.targets)),
  };
  const ofPlaces = ({ probabilities, predicted, predictions }: Prediction): Prediction => ({
    probabilities: Float64Array.from(
      predicted.length === 0
        ? []
        : places.flatMap((i) => [...probabilities.subarray(i * classes.length, (i + 1) * classes.length)]),
    ),
    predicted: Int32Array.from(predicted.length === 0 ? [] : places.map((i) => predicted[i])),
    predictions: Float64Array.from(predictions.length === 0 ? [] : places.map((i) => predictions[i])),
  });
  return (prediction, float) => {
    const numbers = task === "regression";
    const changed = numbers
      ? Math.sqrt(
          prediction.predictions.reduce((sum, v, i) => sum + (v - float.predictions[i]) ** 2, 0) /
            held.length,
        )
      : prediction.predicted.reduce((sum, k, i) => sum + Number(k !== float.predicted[i]), 0);
    if (part === null || part.rows === 0) return { metrics: null, changed, flipped: null };
    const own = ofPlaces(prediction);
    const { metrics } = fullEvaluation(task, part, own);
    if (numbers) return { metrics, changed, flipped: null };
    const other = ofPlaces(float);
    const count = (is: (now: boolean, before: boolean) => boolean): number =>
      part.labels.reduce(
        (sum, label, i) => sum + Number(is(own.predicted[i] === label, other.predicted[i] === label)),
        0,
      );
    const flipped = {
      lost: count((now, before) => before && !now),
      gained: count((now, before) => now && !before),
    };
    return { metrics, changed, flipped };
  };
}

/** How near to each other probabilities, or numbers in relation to their size, count as the same. */
const near = 1e-5;

async function inRuntime(
  bytes: Uint8Array,
  {
    table,
    readable,
    expected,
    holder,
  }: { table: Table; readable: Int32Array; expected: Prediction; holder: Container },
): Promise<JudgedWidth["runtime"]> {
  const { NativeUnavailableError, runtimeVersion } = await import("@minimand/native");
  let got: Prediction;
  try {
    got = (await (await openOnnxBytes(bytes, "the file")).predict(table)).prediction;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    if (error.cause instanceof NativeUnavailableError) return null;
    if (holder === "int8") throw error;
    throw new UsageError(
      `--container int4: expected int8, as onnxruntime-node ${runtimeVersion} doesn't take this file: ${error.message}`,
    );
  }
  const classes =
    expected.predicted.length === 0 ? 0 : expected.probabilities.length / expected.predicted.length;
  let [same, otherClass] = [0, 0];
  readable.forEach((row, i) => {
    if (classes === 0) {
      const [a, b] = [got.predictions[row], expected.predictions[i]];
      same += Number(Math.abs(a - b) <= near * Math.max(1, Math.abs(b)));
      return;
    }
    const of = ({ probabilities }: Prediction, at: number) =>
      probabilities.subarray(at * classes, (at + 1) * classes);
    const [a, b] = [of(got, row), of(expected, i)];
    same += Number(a.every((p, k) => Math.abs(p - b[k]) <= near));
    otherClass += Number(got.predicted[row] !== expected.predicted[i]);
  });
  return { rows: readable.length, same, otherClass };
}
