import { derive } from "minimand/engine";
import { injectLabelNoise } from "minimand/training";
import { makeImbalanced } from "../data/corrupt.ts";
import type { Dataset } from "../data/dataset.ts";
import { encode, encodeTable } from "../data/encode.ts";
import { encodeTarget } from "../data/encode-target.ts";
import { type Encoder, fitEncoder } from "../data/encoder.ts";
import { folds } from "../data/folds.ts";
import { type InnerSplit, innerSplit, innerSplits } from "../data/inner-split.ts";
import { entryCount } from "../data/pairs/entries.ts";
import { fitTarget, noScale, type TargetScale } from "../data/target-scale.ts";
import { encodeUnlabeled } from "../data/unlabeled.ts";
import { listed } from "../data-error.ts";
import type { Table } from "../read/table.ts";
import type { Note, Settings, TrialRecord } from "../results.ts";
import { type Bags, bagsOf, withBagTargets } from "./bags.ts";

/** What a fold takes the share of flipped preferences to be. */
export interface FoldFlips {
  /** By which predictions are judged: 0 where it can't be estimated. */
  judged: number;
  /** The rate that losses which take one start from. */
  assumed: number;
  identifiable: boolean;
}

/** Encoded rows, without what is to be predicted. */
export type Rows = Pick<Part, "x" | "rows">;

/** Encoded rows (of pairs both responses, one after the other) with what is to be predicted, in original units. */
export interface Part {
  x: Float32Array;
  rows: number;
  /** Class ids; empty for regression. */
  labels: Int32Array;
  /** Numbers; empty for classification. */
  targets: Float64Array;
  /** Logits of a teacher, `[rows, classes]`, where the data set has them. */
  teacher?: Float32Array;
  /** Where rows are in bags: all that training and tuning see of the target. */
  bags?: Bags;
}

/** What a network is trained on. */
export interface TrainingParts {
  /** Inputs of the network for an example: the same for all folds of a seed, so that one program serves them all. */
  inputs: number;
  fit: Part;
  validation: Part;
  /** Of a regression target; `{ mean: 0, sd: 1 }` for classification. */
  target: TargetScale;
  /** Rows per class in `fit`; empty for regression. */
  classCounts: number[];
  /** Encodes the unlabelled rows, where there are any, `[rows, inputs]`: they are needed one fold at a time. */
  unlabeled?: () => Float32Array;
  /** Where rows are pairs, once it is estimated. */
  flips?: FoldFlips;
}

/**
 * One fold of one seed, ready to train on. All that is fitted was fitted on `fit` alone; where a fit is several networks, on `fit` and
 * `validation`, which are the same rows for each of them, so that they share their inputs.
 */
export interface PreparedFold extends TrainingParts {
  test: Part;
  /** The rows of the data set that `fit` and `validation` have. */
  fitRows: Int32Array;
  validationRows: Int32Array;
  /** The rows of the data set that `test` has, or places among those of the second file that have a target. */
  testRows: Int32Array;
  /** Makes the parts of the other members, where a fit is several networks. */
  others: readonly (() => TrainingParts)[];
}

/** Settings that decide the splits. */
export type SplitSettings = Pick<Settings, "folds" | "labelNoise" | "imbalance"> &
  Partial<Pick<Settings, "bins" | "members" | "targetScale">>;

interface Split extends InnerSplit {
  /** The splits of the other members of an ensemble. */
  others: InnerSplit[];
  /** Rows of the data set; null where a second file is the test part. */
  test: Int32Array | null;
}

/**
 * The rows of all folds of one seed. With a test table there is a single fold, which trains on rows drawn for the seed, so that seeds
 * show how much the choice of training rows does.
 */
function splitsOf(
  dataset: Dataset,
  settings: SplitSettings,
  seed: number,
  testTable: Table | null,
): { splits: Split[]; notes: Note[] } {
  const cut = withBagTargets(dataset);
  const notes: Note[] = [];
  const outer: { train: Int32Array; test: Int32Array | null }[] =
    testTable === null
      ? folds(cut, { folds: settings.folds, seed })
      : [{ train: drawn(cut, seed), test: null }];
  const splits = outer.map(({ train, test }, fold): Split => {
    const own = derive(seed, fold);
    let kept = train;
    if (settings.imbalance !== null) {
      const thinned = makeImbalanced(dataset, train, { ratio: settings.imbalance, seed: own });
      kept = thinned.rows;
      if (thinned.note !== null) notes.push(thinned.note);
    }
    const [first, ...others] = innerSplits(cut, kept, { members: settings.members ?? 1, seed: own });
    return { ...first, others, test };
  });
  return { splits, notes };
}

/** Four rows of five. */
function drawn(dataset: Dataset, seed: number): Int32Array {
  const all = Int32Array.from({ length: dataset.rows }, (_, row) => row);
  // Drawn otherwise than the inner split, whose seed comes of the fold.
  return innerSplit(dataset, all, { fraction: 0.2, seed: derive(seed, 0, 0) }).fit;
}

/**
 * Cuts all folds of all seeds once, and reads the second file once, so that what can't be cut or read is refused before
 * the first trial.
 *
 * @returns the rows of the test table that have a target (null without one), and what a reader should know
 * @throws DataError, RangeError as the splits and the encoding do
 */
export function checkSplits(
  dataset: Dataset,
  settings: SplitSettings & Pick<Settings, "seeds">,
  testTable: Table | null = null,
): { testRows: number | null; notes: Note[] } {
  const notes = new Map<string, Note>();
  for (let seed = 0; seed < settings.seeds; seed++) {
    const { splits, notes: own } = splitsOf(dataset, settings, seed, testTable);
    for (const note of seed > 0 ? own : [...corruptionNotes(dataset, settings, splits[0]), ...own])
      notes.set(note.text, note);
  }
  if (testTable === null) return { testRows: null, notes: [...notes.values()] };
  const { encoder } = makeWhole(dataset);
  const unseen = [...testTable.notes, ...encodeTable(encoder, testTable).notes].map((note): Note => {
    return { ...note, text: `${testTable.name}: ${note.text}` };
  });
  const testRows = encodeTarget(dataset, testTable).rows.length;
  const without = testTable.rows - testRows;
  if (without > 0) {
    const which = without === 1 ? "1 row" : `${without} rows`;
    const text = `${testTable.name}: left out ${which} without a target, ${testRows} remain`;
    unseen.push({ level: "warning", column: dataset.target, text });
  }
  return { testRows, notes: [...notes.values(), ...unseen] };
}

/** Returns the numbers of rows that one fold of one seed is trained on, validated on and tested on. */
export function rowsOfFold(
  dataset: Dataset,
  settings: SplitSettings,
  { seed, fold }: { seed: number; fold: number },
  testTable: Table | null = null,
): TrialRecord["rows"] {
  const { fit, validation, test } = splitsOf(dataset, settings, seed, testTable).splits[fold];
  const tested = testTable === null ? test : encodeTarget(dataset, testTable).rows;
  return { fit: fit.length, validation: validation.length, test: tested?.length ?? 0 };
}

/** What noise and thinning do to the training rows, by the first split. */
function corruptionNotes(dataset: Dataset, settings: SplitSettings, split: Split): Note[] {
  const { labelNoise, imbalance } = settings;
  const { labels, classes } = dataset;
  const about = (text: string): Note => ({ level: "info", about: "settings", text });
  const notes: Note[] = [];
  const training = [...split.fit, ...split.validation];
  const where = split.test === null ? "" : " of the first fold";
  if (imbalance !== null) {
    const kept = countClasses(
      Int32Array.from(training, (row) => labels[row]),
      classes.length,
    );
    const tested = new Set(split.test);
    const before = countClasses(
      labels.filter((_, row) => !tested.has(row)),
      classes.length,
    );
    const thinned = [...kept.keys()].filter((k) => kept[k] < before[k]);
    const which = listed(
      thinned.map((k) => classes[k]),
      5,
    );
    const [from, to] = [before, kept].map((counts) => thinned.reduce((sum, k) => sum + counts[k], 0));
    if (thinned.length > 0 && split.test !== null)
      notes.push(
        about(
          `imbalance ${imbalance} : 1: the training rows of the first fold have ${to} instead of ${from} of ${which}; test rows are as they were`,
        ),
      );
    else if (thinned.length > 0)
      notes.push(
        about(`imbalance ${imbalance} : 1: training leaves out rows of ${which}; the test file is as it was`),
      );
  }
  if (labelNoise > 0) {
    const noisy = noisyLabels(dataset, [split.fit, split.validation], labelNoise, derive(0, 0));
    const wrong = training.reduce((n, row) => n + Number(noisy[row] !== labels[row]), 0);
    notes.push(
      about(
        `label noise ${labelNoise}: ${wrong} of ${training.length} training rows${where} have a wrong class; test rows keep theirs`,
      ),
    );
  }
  return notes;
}

/** Returns all folds of one seed, encoded. With a test table there is a single one. */
export function makeFolds(
  dataset: Dataset,
  settings: SplitSettings,
  seed: number,
  testTable: Table | null = null,
): PreparedFold[] {
  const { splits } = splitsOf(dataset, settings, seed, testTable);
  // A scale from single rows would reveal more than the bags do.
  const cut = withBagTargets(dataset);
  const fittedOn = splits.map(({ fit, validation, others }) =>
    others.length === 0 ? fit : Int32Array.of(...fit, ...validation).sort(),
  );
  const encoders = fittedOn.map((rows) => fitEncoder(dataset, rows, settings.bins));
  const inputs = Math.max(...encoders.map((encoder) => encoder.inputs));
  const encoded = keeper(4 * entryCount(dataset) * inputs <= mostBytes / splits.length);
  return splits.map(({ fit, validation, others, test }, fold) => {
    const encoder = encoders[fold];
    const labels =
      settings.labelNoise === 0
        ? dataset.labels
        : noisyLabels(dataset, [fit, validation], settings.labelNoise, derive(seed, fold));
    const xOf = (rows: Int32Array): Float32Array =>
      padded(encode(encoder, dataset, rows).x, encoder.inputs, inputs);
    const keptPart = (rows: Int32Array, y: Int32Array): Part => ({
      ...seenOf(dataset, rows, y),
      get x() {
        return encoded(fold, rows, () => xOf(rows));
      },
    });
    const shared = {
      inputs,
      target: scaleOf(cut, fittedOn[fold], settings),
      ...unlabeledOf(dataset, encoder, inputs),
    };
    const tested =
      test === null ? secondFile(dataset, encoder, testTable!, inputs) : keptPart(test, dataset.labels);
    return {
      ...trainingParts(dataset, { fit, validation }, shared, (rows) => keptPart(rows, labels)),
      test: tested,
      fitRows: fit,
      validationRows: validation,
      testRows: test ?? Int32Array.from({ length: tested.rows }, (_, i) => i),
      others: others.map(
        (split) => () =>
          trainingParts(dataset, split, shared, (rows) => ({
            ...seenOf(dataset, rows, labels),
            x: xOf(rows),
          })),
      ),
    };
  });
}

function trainingParts(
  dataset: Dataset,
  { fit, validation }: InnerSplit,
  shared: Pick<TrainingParts, "inputs" | "target" | "unlabeled">,
  part: (rows: Int32Array) => Part,
): TrainingParts {
  const fitted = part(fit);
  const classCounts = countClasses(fitted.labels, dataset.classes.length);
  return { ...shared, fit: fitted, validation: part(validation), classCounts };
}

/** What is seen of rows in addition to their inputs. */
function seenOf(dataset: Dataset, rows: Int32Array, y: Int32Array): Omit<Part, "x"> {
  return {
    rows: rows.length,
    labels: y.length === 0 ? y : Int32Array.from(rows, (row) => y[row]),
    targets:
      dataset.targets.length === 0 ? dataset.targets : Float64Array.from(rows, (row) => dataset.targets[row]),
    ...(dataset.teacher && { teacher: takenRows(dataset.teacher, dataset.classes.length, rows) }),
    ...(dataset.bags && { bags: bagsOf(dataset, rows, y) }),
  };
}

/** Encoded rows of all folds of a seed are kept up to here; beyond, those of one fold at a time. */
const mostBytes = 1e9;

/** Keeps what was made for the rows of a fold: for all folds, or only until another fold is asked for. */
function keeper(all: boolean) {
  const kept = new Map<Int32Array, Float32Array>();
  let last = -1;
  return (fold: number, rows: Int32Array, make: () => Float32Array): Float32Array => {
    if (!all && fold !== last) kept.clear();
    last = fold;
    const known = kept.get(rows) ?? make();
    kept.set(rows, known);
    return known;
  };
}

/**
 * Returns all rows of the data set as one training part, for the model that is kept; and the parts of its members, where a fit is several
 * networks.
 */
export function makeWhole(
  dataset: Dataset,
  {
    bins = 0,
    members = 1,
    seed = 0,
    targetScale,
  }: Partial<Pick<Settings, "bins" | "members" | "targetScale">> & { seed?: number } = {},
): { encoder: Encoder; whole: Omit<TrainingParts, "validation">; members: (() => TrainingParts)[] } {
  const rows = Int32Array.from({ length: dataset.rows }, (_, row) => row);
  const cut = withBagTargets(dataset);
  const encoder = fitEncoder(dataset, rows, bins);
  const shared = {
    inputs: encoder.inputs,
    target: scaleOf(cut, rows, { targetScale }),
    ...unlabeledOf(dataset, encoder, encoder.inputs),
  };
  const part = (some: Int32Array): Part => ({
    ...seenOf(dataset, some, dataset.labels),
    x: encode(encoder, dataset, some).x,
  });
  const splits = members === 1 ? [] : innerSplits(cut, rows, { members, seed });
  let fit: Part | null = null;
  return {
    encoder,
    whole: {
      ...shared,
      // Members have parts of their own: all rows are encoded where they are asked for.
      get fit() {
        fit ??= part(rows);
        return fit;
      },
      classCounts: countClasses(dataset.labels, dataset.classes.length),
    },
    members: splits.map((split) => () => trainingParts(dataset, split, shared, part)),
  };
}

const scaleOf = (
  { task, targets }: Dataset,
  rows: Int32Array,
  { targetScale }: Pick<SplitSettings, "targetScale">,
): TargetScale => (task === "regression" ? fitTarget(targets, rows, targetScale) : noScale);

function unlabeledOf(dataset: Dataset, encoder: Encoder, inputs: number): Pick<PreparedFold, "unlabeled"> {
  const { unlabeled } = dataset;
  if (unlabeled === undefined) return {};
  return {
    unlabeled: () => padded(encodeUnlabeled(encoder, { ...dataset, unlabeled }), encoder.inputs, inputs),
  };
}

function secondFile(dataset: Dataset, encoder: Encoder, table: Table, inputs: number): Part {
  const { x } = encodeTable(encoder, table);
  const { rows, labels, targets } = encodeTarget(dataset, table);
  const kept = takenRows(x, encoder.inputs, rows);
  return { x: padded(kept, encoder.inputs, inputs), rows: rows.length, labels, targets };
}

/** Returns some rows of a matrix that has `width` columns. */
export function takenRows(x: Float32Array, width: number, rows: Int32Array): Float32Array {
  const taken = new Float32Array(rows.length * width);
  rows.forEach((row, i) => {
    taken.set(x.subarray(row * width, (row + 1) * width), i * width);
  });
  return taken;
}

function countClasses(labels: Int32Array, classes: number): number[] {
  const counts = Array.from({ length: labels.length === 0 ? 0 : classes }, () => 0);
  for (const label of labels) counts[label]++;
  return counts;
}

/** Labels with noise on the training rows only: tests are always judged by the labels of the file. */
function noisyLabels(dataset: Dataset, parts: Int32Array[], rate: number, seed: number): Int32Array {
  const noisy = dataset.labels.slice();
  for (const rows of parts) {
    const given = Int32Array.from(rows, (row) => dataset.labels[row]);
    const noise = {
      kind: "other",
      rate,
      classes: dataset.classes.length,
      seed: derive(seed, rows.length),
    } as const;
    const drawn = injectLabelNoise(given, noise).labels;
    rows.forEach((row, i) => {
      noisy[row] = drawn[i];
    });
  }
  return noisy;
}

function padded(x: Float32Array, from: number, to: number): Float32Array {
  if (from === to) return x;
  const rows = x.length / from;
  const wide = new Float32Array(rows * to);
  for (let row = 0; row < rows; row++) wide.set(x.subarray(row * from, (row + 1) * from), row * to);
  return wide;
}
