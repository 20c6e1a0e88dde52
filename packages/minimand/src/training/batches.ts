import { numpy as np } from "@jax-js/jax";
import { checkFloat64, rangeError, typeError } from "../engine/checks.ts";
import { readOptions } from "../engine/options.ts";
import { derive, randomSource, shuffle } from "../engine/random.ts";
import { copyRow } from "./copy-row.ts";

type Floats = Float32Array | Float64Array;

/** Examples on the host: `inputs` numbers or ids a row, and int32 class ids or float targets, one or several a row. */
export interface Examples {
  /** An Int32Array holds ids, of words for example. */
  x: Int32Array | Floats;
  /** Shape of one example; `[inputs]` for tables. */
  shape: readonly number[];
  y: Int32Array | Floats;
  /** Shape of what `y` holds for one example; default `[]`, one number. `[time]` for a target at each position. */
  targetShape?: readonly number[];
  /** Example weights; default all 1. */
  weights?: Floats;
  /**
   * Number of classes, where `y` holds class ids: they are checked against it. Left out, a loss of class ids refuses those that the
   * network has no output for once its step is traced.
   */
  classes?: number;
  /** Number of ids, where `x` holds ids: they are checked against it. */
  vocabulary?: number;
}

/** One batch of fixed size. Rows from `rows` on are padding of weight 0. Arrays are consumed by the step. */
export interface Batch {
  x: np.Array;
  y: np.Array;
  weights: np.Array;
  /** Stable ids of the examples (row numbers), on the host. */
  ids: Int32Array;
  rows: number;
  /** Number of classes, where `y` holds class ids and it is known. */
  classes?: number;
  /** Smallest and largest number of all examples that have weight, where `y` holds one integer each. */
  labelRange?: readonly [smallest: number, largest: number];
}

/** Examples that are cut into batches, see {@link minibatches}. */
export interface Minibatches {
  /** Number of examples. */
  count: number;
  /** Shape of one example. */
  shape: readonly number[];
  perEpoch: number;
  epoch(n: number): Generator<Batch>;
  at(rows: Int32Array): Batch;
}

/**
 * Checks examples once and returns how to cut them into batches of `size` rows.
 *
 * `batches.epoch(n)` yields the batches of epoch `n` in a fresh order, determined by `seed` and `n` alone; the last one
 * is padded. `batches.at(rows)` packs the rows named.
 *
 * @throws TypeError, RangeError where lengths don't match, inputs or targets are not finite, ids are out of range
 */
export function minibatches(examples: Examples, options: { size: number; seed: number }): Minibatches {
  const { size, seed } = readOptions("minibatches", options, {
    size: { min: 1, integer: true },
    seed: { integer: true },
  });
  const count = checkExampleArrays(examples);
  const [width, targets] = widthsOf(examples);
  // Packed here and copied by the engine: batch after batch uses the same memory.
  const { x, y } = examples;
  const scratch = {
    x: sameKind(x, size * width),
    y: sameKind(y, size * targets),
    weights: new Float32Array(size),
  };
  const labels = { classes: examples.classes, labelRange: labelRangeOf(examples) };
  const at = (chosen: Int32Array): Batch => pack(examples, chosen, size, scratch, labels);
  const rows = Int32Array.from({ length: count }, (_, i) => i);
  return {
    count,
    shape: examples.shape,
    perEpoch: Math.ceil(count / size),
    at,
    *epoch(n) {
      const order = shuffle(new Int32Array(rows), randomSource(derive(seed, n)));
      for (let start = 0; start < count; start += size)
        yield at(order.subarray(start, Math.min(start + size, count)));
    },
  };
}

type Packed = Int32Array<ArrayBuffer> | Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer>;

interface Scratch {
  x: Packed;
  y: Packed;
  weights: Float32Array<ArrayBuffer>;
}

/** Zeros of the same kind of numbers. */
function sameKind(like: Int32Array | Floats, length: number): Packed {
  if (like instanceof Int32Array) return new Int32Array(length);
  return like instanceof Float64Array ? new Float64Array(length) : new Float32Array(length);
}

/** Numbers that `x` and `y` hold for one example. */
function widthsOf({ shape, targetShape = [] }: Examples): [number, number] {
  const product = (sizes: readonly number[]): number => sizes.reduce((a, b) => a * b, 1);
  return [product(shape), product(targetShape)];
}

/** Of a whole, so that every batch knows it: a program is traced with the first one alone. */
function labelRangeOf({ y, weights, targetShape = [] }: Examples): Batch["labelRange"] {
  if (!(y instanceof Int32Array) || targetShape.length > 0) return undefined;
  let [smallest, largest] = [Infinity, -Infinity];
  for (let i = 0; i < y.length; i++) {
    if (weights?.[i] === 0) continue;
    smallest = Math.min(smallest, y[i]);
    largest = Math.max(largest, y[i]);
  }
  return smallest > largest ? undefined : [smallest, largest];
}

function pack(
  examples: Examples,
  rows: Int32Array,
  size: number,
  { x: bx, y: by, weights: bw }: Scratch,
  { classes, labelRange }: Pick<Batch, "classes" | "labelRange">,
): Batch {
  const { x, y, weights, shape, targetShape = [] } = examples;
  const [width, targets] = widthsOf(examples);
  if (rows.length > size) throw rangeError("rows", `at most ${size} rows`, rows);
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i];
    copyRow(x, row * width, bx, i * width, width);
    if (targets === 1) by[i] = y[row];
    else copyRow(y, row * targets, by, i * targets, targets);
    bw[i] = weights === undefined ? 1 : weights[row];
  }
  bx.fill(0, rows.length * width);
  by.fill(0, rows.length * targets);
  bw.fill(0, rows.length);
  return {
    x: np.array(bx, { shape: [size, ...shape] }),
    y: np.array(by, { shape: [size, ...targetShape] }),
    weights: np.array(bw),
    ids: rows.slice(),
    rows: rows.length,
    ...(classes !== undefined && { classes }),
    ...(labelRange && { labelRange }),
  };
}

function checkExampleArrays(examples: Examples): number {
  const { x, y, weights, classes, vocabulary } = examples;
  const [width, targets] = widthsOf(examples);
  if (!(x instanceof Int32Array || x instanceof Float32Array || x instanceof Float64Array))
    throw typeError("x", "a Float32Array or Float64Array, or an Int32Array of ids", x);
  if (x instanceof Float64Array) checkFloat64("x");
  if (!(y instanceof Int32Array || y instanceof Float32Array || y instanceof Float64Array)) {
    throw typeError("y", "an Int32Array of class ids or a float array of targets", y);
  }
  if (y instanceof Float64Array) checkFloat64("y");
  if (y.length === 0) throw rangeError("y", "at least one example", y);
  const count = y.length / targets;
  if (!Number.isInteger(count)) throw rangeError("y", `rows of ${targets} numbers`, y);
  if (x.length !== count * width) throw rangeError("x", `${count} rows of ${width} numbers`, x);
  for (let i = 0; i < x.length; i++)
    if (!Number.isFinite(x[i])) throw rangeError(`x, row ${Math.floor(i / width)}`, "finite numbers", x[i]);
  for (let i = 0; i < y.length; i++)
    if (!Number.isFinite(y[i])) throw rangeError(`y, row ${Math.floor(i / targets)}`, "finite numbers", y[i]);
  if (classes !== undefined) checkIds("y", y, targets, classes, "class ids");
  if (vocabulary !== undefined) checkIds("x", x, width, vocabulary, "ids");
  if (weights !== undefined && weights.length !== count)
    throw rangeError("weights", `${count} numbers`, weights);
  return count;
}

function checkIds(name: string, ids: ArrayLike<number>, width: number, count: number, what: string): void {
  for (let i = 0; i < ids.length; i++) {
    const id = ids[i];
    if (!Number.isInteger(id) || id < 0 || id >= count)
      throw rangeError(`${name}, row ${Math.floor(i / width)}`, `${what} from 0 to ${count - 1}`, id);
  }
}
