import { checkNumber, rangeError, typeError } from "../../engine/checks.ts";
import { readOptions } from "../../engine/options.ts";
import { copyRow } from "../copy-row.ts";

/**
 * Outputs of a model on each example at its last visits, on the host: a ring of `lag + 1` rows an example,
 * indexed by example ids. Plain arrays, so that it can be the memory of a training state.
 */
export interface OutputHistory {
  /** `[examples, lag + 1, outputs]`. */
  outputs: Float32Array;
  /** In which epoch each row was written, `[examples, lag + 1]`; -1 where none was. */
  epochs: Float32Array;
  /** One number: how many epochs back outputs are looked up. */
  lag: Float32Array;
  [name: string]: Float32Array;
}

/** The size of an {@link outputHistory}. */
export interface OutputHistoryOptions {
  examples: number;
  /** Numbers a row of the model's output: its classes. */
  outputs: number;
  /** How many epochs back outputs are looked up, >= 1; default 3. */
  lag?: number;
  /** Largest size in bytes; default 256 MB. */
  maxBytes?: number;
}

/** Bytes of a history: `4 examples (lag + 1) (outputs + 1)`. */
export function outputHistoryBytes(options: OutputHistoryOptions): number {
  const { examples, outputs, lag } = readOptions("outputHistoryBytes", options, {
    examples: true,
    outputs: true,
    lag: [3],
    maxBytes: true,
  });
  return 4 * examples * (lag + 1) * (outputs + 1);
}

/**
 * An empty history.
 *
 * @throws RangeError for sizes that are not integers >= 1, and where it would be larger than `maxBytes`
 * @example
 * saf({ model, objective, optimizer }).init(key, { hyper, memory: outputHistory({ examples: 600, outputs: 10 }) })
 */
export function outputHistory(options: OutputHistoryOptions): OutputHistory {
  const { examples, outputs, lag, maxBytes } = readOptions("outputHistory", options, {
    examples: { min: 1, integer: true },
    outputs: { min: 1, integer: true },
    lag: [3, { min: 1, integer: true }],
    maxBytes: [256e6, { above: 0 }],
  });
  const bytes = outputHistoryBytes(options);
  if (bytes > maxBytes)
    throw rangeError(
      "examples",
      `a history of at most ${maxBytes / 1e6} MB (mesa needs none; or raise maxBytes)`,
      `${examples} examples: ${(bytes / 1e6).toFixed(0)} MB`,
    );
  return {
    outputs: new Float32Array(examples * (lag + 1) * outputs),
    epochs: new Float32Array(examples * (lag + 1)).fill(-1),
    lag: Float32Array.of(lag),
  };
}

/**
 * Where outputs are written and read in an epoch: written to `epoch mod (lag + 1)`, read from that of `epoch
 * - lag`, which is never the same; null before `startEpoch` and as long as there is no epoch so far back.
 *
 * The official code starts one epoch later than its option says, and reads rows of zeros where the start is
 * before the lag.
 */
export function historySlots(
  epoch: number,
  { lag, startEpoch }: { lag: number; startEpoch: number },
): { write: number; read: number | null; referenceEpoch: number | null } {
  checkNumber("epoch", epoch, { min: 0, integer: true });
  checkNumber("lag", lag, { min: 1, integer: true });
  checkNumber("startEpoch", startEpoch, { min: 0, integer: true });
  const write = epoch % (lag + 1);
  if (epoch < Math.max(startEpoch, lag)) return { write, read: null, referenceEpoch: null };
  return { write, read: (epoch - lag) % (lag + 1), referenceEpoch: epoch - lag };
}

/** How many examples, rows an example, and numbers a row. */
export function historyShape({ outputs, epochs, lag }: OutputHistory): {
  examples: number;
  rows: number;
  width: number;
} {
  const rows = lag[0] + 1;
  return { examples: epochs.length / rows, rows, width: outputs.length / epochs.length };
}

/** Throws unless a memory is an {@link outputHistory}. */
export function checkHistory(memory: { [name: string]: unknown }): asserts memory is OutputHistory {
  const { outputs, epochs, lag } = memory as unknown as OutputHistory;
  for (const [name, part] of Object.entries({ outputs, epochs, lag })) {
    if (!(part instanceof Float32Array))
      throw typeError(`memory.${name}`, "a Float32Array of outputHistory(...)", part);
  }
  checkNumber("memory.lag", lag[0], { min: 1, integer: true });
  const { examples, width } = historyShape({ outputs, epochs, lag });
  if (!Number.isInteger(examples) || examples < 1)
    throw rangeError("memory.epochs", `${lag[0] + 1} numbers an example`, epochs);
  if (!Number.isInteger(width) || width < 1)
    throw rangeError(
      "memory.outputs",
      `a whole number of outputs for each of ${epochs.length} rows`,
      outputs,
    );
}

/** Throws unless the ids name different examples of a history, one for each of the rows. */
export function checkExampleIds(ids: unknown, rows: number, examples: number): asserts ids is Int32Array {
  if (!(ids instanceof Int32Array)) throw typeError("ids", "an Int32Array of example ids", ids);
  if (ids.length !== rows) throw rangeError("ids", `${rows} example ids, one for each row`, ids);
  const seen = new Set<number>();
  for (const id of ids) {
    if (id < 0 || id >= examples) throw rangeError("ids", `example ids from 0 to ${examples - 1}`, id);
    if (seen.has(id)) throw rangeError("ids", "different example ids (no example twice in a batch)", id);
    seen.add(id);
  }
}

/**
 * Writes the outputs of a batch, `[ids.length, outputs]` (or more rows: padding is left out), into the rows
 * of this epoch.
 *
 * @throws TypeError, RangeError for ids that are no ids of the history or come twice, and outputs of another
 * width or not finite
 */
export function recordOutputs(
  history: OutputHistory,
  epoch: number,
  ids: Int32Array,
  outputs: ArrayLike<number>,
): void {
  const { examples, width } = historyShape(history);
  checkExampleIds(ids, ids.length, examples);
  if (outputs.length < ids.length * width || outputs.length % width !== 0)
    throw rangeError("outputs", `${ids.length} rows of ${width} numbers`, outputs);
  writeOutputs(history, epoch, ids, outputs);
}

/** {@link recordOutputs} of a batch that is known to fit. */
export function writeOutputs(
  history: OutputHistory,
  epoch: number,
  ids: Int32Array,
  outputs: ArrayLike<number>,
): void {
  const { rows, width } = historyShape(history);
  const slot = epoch % rows;
  for (let i = 0; i < ids.length; i++) {
    const row = ids[i] * rows + slot;
    for (let k = 0; k < width; k++) {
      const value = outputs[i * width + k];
      if (!Number.isFinite(value)) throw rangeError(`outputs, example ${ids[i]}`, "finite numbers", value);
      history.outputs[row * width + k] = value;
    }
    history.epochs[row] = epoch;
  }
}

/**
 * The outputs of examples `lag` epochs ago, `[size, outputs]`, and for which of them there are any: 1 or 0,
 * `[size]`. An example that was not visited in that epoch has none, whatever older rows hold.
 *
 * @param options `startEpoch`, default 0; `size`: rows of the batch, padding included, default the number of ids
 * @throws TypeError, RangeError as {@link recordOutputs}
 */
export function referenceOutputs(
  history: OutputHistory,
  epoch: number,
  ids: Int32Array,
  options: { startEpoch?: number; size?: number } = {},
): { past: Float32Array<ArrayBuffer>; valid: Float32Array<ArrayBuffer> } {
  const { startEpoch, size } = readOptions("referenceOutputs", options, {
    startEpoch: [0],
    size: [ids.length],
  });
  checkExampleIds(ids, ids.length, historyShape(history).examples);
  return lookUpOutputs(history, epoch, ids, { startEpoch, size });
}

/** {@link referenceOutputs} of ids that are known to be of the history. */
export function lookUpOutputs(
  history: OutputHistory,
  epoch: number,
  ids: Int32Array,
  { startEpoch, size }: { startEpoch: number; size: number },
): ReturnType<typeof referenceOutputs> {
  const { rows, width } = historyShape(history);
  const past = new Float32Array(size * width);
  const valid = new Float32Array(size);
  const { read } = historySlots(epoch, { lag: rows - 1, startEpoch });
  if (read === null) return { past, valid };
  for (let i = 0; i < ids.length; i++) {
    const row = ids[i] * rows + read;
    if (history.epochs[row] !== epoch - (rows - 1)) continue;
    copyRow(history.outputs, row * width, past, i * width, width);
    valid[i] = 1;
  }
  return { past, valid };
}
