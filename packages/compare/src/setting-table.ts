import type { Bounds } from "minimand/engine";
import * as v from "valibot";

/* The settings of a comparison, each of them once: type, default, range, place in a trial's key, and the option of the command. */

interface Row<S extends v.GenericSchema> {
  shape: S;
  byDefault: v.InferOutput<S>;
  /** Of a number that isn't the default. */
  bounds?: Bounds;
  /**
   * Whether it decides what a trial computes and is in its key as it is. The others only say which trials run and how they are judged, or
   * are in the key as what they amount to: task, positive class, files, metric, folds, grid.
   */
  inKey: boolean;
  /** What a page can't be asked for. */
  page?: false;
  /** The option of `minimand compare`, where no other command has the same. */
  flag?: string;
  help?: string;
}

const row = <S extends v.GenericSchema>(of: Row<S>): Row<S> => of;

const text = v.string();
const number = v.number();
const texts = v.array(text);
const textOrNull = v.nullable(text);
const auto = v.literal("auto");

/** A share of flipped preferences: where it may be from, and its numbers. */
export const flipSources = ["known", "audit", "agreement"] as const;
export const flips = { epsilon: number, lower: v.nullable(number), upper: v.nullable(number) };

const hidden = [64, 64];

/** Seeds, folds and configurations: a plan lists each trial of them before the first one runs. */
const repeats: Bounds = { min: 1, max: 1000, integer: true };
const epochs: Bounds = { min: 1, max: 100_000, integer: true };

/** Bins of a number. */
export const mostBins = 256;

/** Networks of a fit. */
export const mostMembers = 20;

/** All settings, those that are in the keys of trials first and in the order of the keys: another order is another key. */
export const settingTable = {
  target: row({
    shape: text,
    byDefault: "",
    inKey: true,
    flag: "-t, --target <column>",
    help: "column to predict (known for bundled tables)",
  }),
  types: row({
    shape: v.record(
      text,
      v.picklist(["numeric", "categorical", "text", "date", "date-dmy", "date-mdy"] as const),
    ),
    byDefault: {},
    inKey: true,
  }),
  /** Values that stand for missing ones, by column. */
  missing: row({ shape: v.record(text, texts), byDefault: {}, inKey: true }),
  ignore: row({ shape: texts, byDefault: [], inKey: true }),
  group: row({
    shape: textOrNull,
    byDefault: null,
    inKey: true,
    flag: "--group <column>",
    help: "column whose equal values stay in one fold, such as a person's id",
  }),
  /** The column of bags of which training sees the target's mean only; null: it sees every row's. */
  bagColumn: row({
    shape: textOrNull,
    byDefault: null,
    inKey: true,
    flag: "--bag-column <column>",
    help: "column that names the bag of each row: training and tuning see only the mean target (or class shares) of a bag, tests use single rows",
  }),
  /** What became of records that could not be read. */
  damaged: row({ shape: v.picklist(["drop", "pad", "refuse"] as const), byDefault: "drop", inKey: true }),
  labelNoise: row({
    shape: number,
    byDefault: 0,
    bounds: { min: 0, below: 1 },
    inKey: true,
    flag: "--label-noise <p>",
    help: "share of the training labels that is replaced by a wrong class",
  }),
  imbalance: row({
    shape: v.nullable(number),
    byDefault: null,
    bounds: { min: 1 },
    inKey: true,
    flag: "--imbalance <r>",
    help: "to try losses on rare classes: leave out training rows of all classes but the largest, until it has this many times the rows of each of them; default: none",
  }),
  /** At most this many rows are drawn of each data set; null: all. */
  sample: row({
    shape: v.nullable(number),
    byDefault: null,
    bounds: { min: 2, integer: true },
    inKey: true,
    page: false,
  }),
  /** `own`: a model of the user's, which isn't part of the settings; `hidden` has no effect on it. */
  model: row({
    shape: v.picklist(["mlp", "linear", "own"] as const),
    byDefault: "mlp",
    inKey: true,
    flag: "--model <name>",
    help: "network: mlp, linear, or the name of a model that a module of --with exports",
  }),
  hidden: row({
    shape: v.array(number),
    byDefault: hidden,
    inKey: true,
    flag: "--hidden <a,b>",
    help: `widths of the hidden layers of an mlp; default: ${hidden}`,
  }),
  maxEpochs: row({
    shape: number,
    byDefault: 50,
    bounds: epochs,
    inKey: true,
    flag: "--max-epochs <n>",
    help: "maximum number of epochs",
  }),
  patience: row({
    shape: number,
    byDefault: 10,
    bounds: epochs,
    inKey: true,
    flag: "--patience <n>",
    help: "number of epochs without improvement after which training stops",
  }),
  /** At most; small data take about a quarter of their training rows, see `batchSizeFor`. */
  batchSize: row({
    shape: number,
    byDefault: 128,
    bounds: { min: 1, integer: true },
    inKey: true,
    flag: "--batch-size <n>",
    help: "maximum number of rows per training step; small tables use about a quarter of their training rows instead",
  }),
  task: row({
    shape: v.picklist(["auto", "binary", "multiclass", "regression", "preference"] as const),
    byDefault: "auto",
    inKey: false,
    flag: "--task <task>",
    help: "kind of target: binary, multiclass, regression, or preference (which of two responses is chosen, in a file of pairs); default: auto, inferred from the target",
  }),
  metric: row({
    shape: text,
    byDefault: "auto",
    inKey: false,
    flag: "-m, --metric <name>",
    help: "metric by which losses are judged: balanced-accuracy, f1, roc-auc, r2, ...; auto chooses by the task",
  }),
  baseline: row({
    shape: text,
    byDefault: "auto",
    inKey: false,
    flag: "--baseline <loss>",
    help: "loss that the others are compared with; default: cross-entropy, squared or bradley-terry, by the task",
  }),
  losses: row({
    shape: v.union([texts, auto]),
    byDefault: "auto",
    inKey: false,
    flag: "-l, --losses <a,b>",
    help: "losses to compare, named as in 'minimand losses'; always included: the baseline and, for classes, class-weighted cross-entropy; default: all of the task, except those marked 'only by name'",
  }),
  /** Optimizers that minimise the baseline's loss, in addition to AdamW. */
  optimizers: row({
    shape: texts,
    byDefault: [],
    inKey: false,
    flag: "--optimizers <a,b>",
    help: "optimizers to compare with AdamW, trained with the baseline's loss; or all; default: none",
  }),
  /** Training steps that minimise the baseline's loss, in addition to the plain one. */
  steps: row({
    shape: texts,
    byDefault: [],
    inKey: false,
    flag: "--steps <a,b>",
    help: "training steps to compare with the plain one, such as sam, trained with the baseline's loss; or all; default: none",
  }),
  /** What is trained to be shown next to the losses. */
  references: row({
    shape: v.array(v.picklist(["linear", "trees"] as const)),
    byDefault: ["linear", "trees"],
    inKey: false,
    flag: "--references <a,b>",
    help: "other models to show for comparison: linear (a linear model), trees (gradient-boosted trees); or none",
  }),
  /** In all, of the finalists, the baseline and trained references; the others are trained on the first one. */
  seeds: row({
    shape: number,
    byDefault: 6,
    bounds: repeats,
    inKey: false,
    flag: "-s, --seeds <n>",
    help: "number of seeds, which are repetitions of the cross-validation. All losses run on the first; the baseline, the five finalists, the linear model and the trees run on all",
  }),
  /** Not used with a test file. */
  folds: row({
    shape: number,
    byDefault: 5,
    bounds: { ...repeats, min: 2 },
    inKey: false,
    flag: "-k, --folds <n>",
    help: "number of folds per repetition",
  }),
  /** Learning rates that every candidate is tuned with; one beyond them and its own parameters come on top. */
  configurations: row({
    shape: number,
    byDefault: 4,
    bounds: repeats,
    inKey: false,
    flag: "--configurations <n>",
    help: "number of learning rates tried for each loss. If the best is the smallest or largest, one more beyond it is tried. A loss's own parameters are tuned afterwards",
  }),
  rope: row({
    shape: v.union([number, auto]),
    byDefault: "auto",
    bounds: { min: 0 },
    inKey: false,
    flag: "--rope <x>",
    help: "size below which a difference is too small to matter; default: 0.01, or 1 % of the baseline's RMSE or MAE",
  }),
  alpha: row({
    shape: number,
    byDefault: 0.05,
    bounds: { above: 0, below: 1 },
    inKey: false,
    flag: "--alpha <x>",
    help: "family-wise error of the tests: the probability of any false finding",
  }),
  positive: row({
    shape: textOrNull,
    byDefault: null,
    inKey: false,
    flag: "--positive <class>",
    help: "positive class of a binary target; default: the rarer one",
  }),
  /** The column that says when each row was: folds then train on earlier rows and test on later ones, and nothing is claimed. */
  time: row({
    shape: textOrNull,
    byDefault: null,
    inKey: false,
    flag: "--time <column>",
    help: "column with the time of each row (dates or numbers): training uses earlier rows, tests use later ones, and no verdict is given",
  }),
  test: row({
    shape: textOrNull,
    byDefault: null,
    inKey: false,
    page: false,
    flag: "--test <file>",
    help: "file of test rows, used instead of folds; each seed trains on four fifths of the rows of the main file",
  }),
  /** The share of preferences that are the wrong way round; `auto`: estimated in every fold. */
  flipRate: row({
    shape: v.union([auto, v.object({ ...flips, from: v.picklist(flipSources) })]),
    byDefault: "auto",
    inKey: false,
  }),
  /** The kept model whose logits the distillation losses learn from; null: those losses don't run. */
  distillFrom: row({
    shape: textOrNull,
    byDefault: null,
    inKey: false,
    page: false,
    flag: "--distill-from <folder>",
    help: "folder of a model kept by compare, used as a teacher: adds the losses that learn from its logits",
  }),
  /** The file of unlabelled rows that some methods learn from as well; null: those methods don't run. */
  unlabeled: row({
    shape: textOrNull,
    byDefault: null,
    inKey: false,
    page: false,
    flag: "--unlabeled <file>",
    help: "file of further rows with the same columns, whose target is unknown or ignored: adds the methods that learn from such rows",
  }),
  /** Quantile bins that numbers are encoded by beside their value; 0: none, as in earlier results, which don't say so. See also `networkSettings`. */
  bins: row({
    shape: v.optional(number, 0),
    byDefault: 16,
    bounds: { min: 0, max: mostBins, integer: true },
    inKey: false,
    flag: "--bins <n>",
    help: "maximum number of quantile bins that encode each numeric column in addition to its value (piecewise-linear encoding; 0: none); default: 16, and 0 for --model linear and --task preference",
  }),
  /** Networks of a fit, each with another part of the training rows for validation; their predictions are averaged. One in earlier results, which don't say so. */
  members: row({
    shape: v.optional(number, 1),
    byDefault: 5,
    bounds: { min: 1, max: mostMembers, integer: true },
    inKey: false,
    flag: "--members <n>",
    help: "number of networks per fit, whose predictions are averaged. Each uses a different part of the training rows for validation. The first is tuned, and the others take its settings; default: 5, and 1 for --model linear, --task preference and --quantize",
  }),
  /** On which scale networks learn numbers. Results of earlier versions don't say so. */
  targetScale: row({
    shape: v.optional(v.picklist(["linear", "log"] as const), "linear"),
    byDefault: "linear",
    inKey: false,
    flag: "--target-scale <scale>",
    help: "scale on which networks learn numbers: linear, or log for a positive target whose values differ by orders of magnitude; predictions and metrics stay in the unit of the target",
  }),
  /** Whether labels that differ in case or spaces only are one class. Results of earlier versions don't say so. */
  mergeLabels: row({
    shape: v.optional(v.boolean(), false),
    byDefault: false,
    inKey: false,
    flag: "--merge-labels",
    help: "treat labels of the target that differ only in case or spaces as one class",
  }),
  /** Whether whatever needed a note in reading was refused. */
  strict: row({ shape: v.boolean(), byDefault: false, inKey: false }),
};

type Table = typeof settingTable;

/** The settings that decide the results (everything but the number of workers and the output directory). */
export type Settings = { -readonly [Name in keyof Table]: v.InferOutput<Table[Name]["shape"]> };

/** The names of all settings. */
export const settingNames = Object.keys(settingTable) as (keyof Settings)[];
