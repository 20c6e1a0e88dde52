/**
 * The shape of `results.json`: what `minimand compare` writes and what the figures, the report and the
 * workbench read. Numbers that could not be computed are `null` (JSON has no NaN or Infinity).
 */

import type { PairCalibration, PreferenceReport } from "./preference-types.ts";
import type { QuantizationReport } from "./quantization-types.ts";
import type { Ranking } from "./ranking-types.ts";
import type { Settings } from "./setting-table.ts";

export type * from "./preference-types.ts";
export type * from "./quantization-types.ts";
export type * from "./ranking-types.ts";
export type { Settings } from "./setting-table.ts";

/** What a column may be said to be (`--types`): `date-dmy` and `date-mdy` are dates with the day or the month first. */
export type ColumnKind = Settings["types"][string];

/** What is predicted: one of two classes, one of several, a number, or which response of a pair is preferred. */
export type Task = "binary" | "multiclass" | "regression" | "preference";

/** Something about the data or the run that a reader should know: a dropped column, an inferred type. */
export interface Note {
  /** `info` explains, `warning` says that something was left out or changed. */
  level: "info" | "warning";
  /** The column it is about, if it is about one. */
  column?: string;
  /**
   * `task`: what is predicted, on which rows. `leak`: what makes scores too good. `numbers`: how the numbers of a file are written.
   * `settings`: what an option does to these data, with counts. `unlabeled`: what became of unlabelled rows.
   */
  about?: "task" | "leak" | "numbers" | "settings" | "unlabeled";
  text: string;
  /** Where values look like codes for missing ones: what `--missing` takes to read them so, as a shell takes it. */
  missing?: string;
}

/** One input column after type inference. */
export interface FeatureSummary {
  name: string;
  kind: "numeric" | "categorical" | "text";
  /** Why that kind: what was seen in the whole column, or `--types`. */
  why: string;
  missing: number;
  /** Levels of a categorical column (before pooling of rare ones). */
  levels?: number;
}

/** One set of hyperparameters: the learning rate and the loss's own parameters. */
export interface Configuration {
  learningRate: number;
  parameters: Record<string, number>;
}

/** A candidate as planned: a loss, optimizer or step with its grid, or a reference row (majority class, tuned threshold). */
export interface CandidateSummary {
  /** Identifier used with `--losses`, `--optimizers` or `--steps`, e.g. `cross-entropy`. */
  id: string;
  /** Name for people, e.g. `Cross-entropy`. */
  label: string;
  /** `loss`, `optimizer` and `step` are ranked and tested; `reference` is only shown next to them. */
  kind: "loss" | "optimizer" | "step" | "reference";
  /** Slug of the paper it comes from, if it is one of `minimand papers`. */
  paper?: string;
  formula: string;
  /** True where the use on this task is our own extension and not the paper's. */
  extension?: boolean;
  /** What tuning tries in every trial: all learning rates, with the most usual setting of its own parameters. */
  grid: Configuration[];
  /**
   * How many it tries in a trial: those of the grid and one for each further setting; `most` where the best learning rate is at an end of
   * the grid. None where nothing is tuned.
   */
  configurations?: { least: number; most: number };
  /** Where it was loaded from, if it is the user's own. */
  origin?: Origin;
}

/** A file of code that brings candidates, or a model. */
export interface Origin {
  /** As given. */
  file: string;
  /** SHA-256 of it and of all files that it imports: with another one its trials are run again. */
  sha256: string;
}

/** How one configuration did on the inner split. */
export interface TuningRecord {
  configuration: Configuration;
  /** The report metric (with bags: their loss) on the inner validation part at the best epoch; `null`: the run diverged. */
  validation: number | null;
  /** The epoch (1-based) of the best validation value. */
  epochs: number;
}

/** Equal-width bins of predicted confidence, summed over the rows of a test fold. */
export interface ReliabilityBins {
  count: number[];
  /** Sum of the confidences in each bin. */
  confidence: number[];
  /** Number of correct predictions (binary: positives) in each bin. */
  correct: number[];
}

/** One candidate on one fold of one seed. */
export interface TrialRecord {
  candidate: string;
  seed: number;
  fold: number;
  status: "ok" | "diverged";
  /** What was chosen in tuning; `null` for references and where every configuration diverged. */
  chosen: Configuration | null;
  tuning: TuningRecord[];
  /** Epochs of the chosen model. */
  epochs: number;
  /** The report metric on the test fold; `null` if diverged. */
  score: number | null;
  /** Every metric of the task on the test fold. */
  metrics: Record<string, number | null>;
  /** Report metric on the inner validation part after each epoch, for the chosen configuration. */
  curve: number[];
  /** `confusion[true][predicted]`, classification of at most 100 classes only. */
  confusion?: number[][];
  /** Classification only. */
  reliability?: ReliabilityBins;
  /** Rows trained on (inner fitting part), validated on and tested on. */
  rows: { fit: number; validation: number; test: number };
  seconds: number;
  /** Of pairs: how the margins of rewards became the probabilities that are judged. */
  preference?: PairCalibration;
  /** Of an ensemble: the weight of each member, by its id. */
  weights?: Record<string, number>;
  /** Why the trial could not be had, whose status then is `diverged`. */
  unavailable?: string;
}

/** A trial with what it predicts, as runners give it; `results.json` leaves the predictions out. */
export interface PredictedTrial extends TrialRecord {
  /** Null where it diverged. */
  predictions: KeptPredictions | null;
}

/** Predictions on the rows of a test part, in little-endian bytes as base64: compact as text, and exact where it matters. */
export interface KeptPredictions {
  /** int32 `[rows]`: which rows of the data set, or of the file that is tested on, counted from 0. */
  rows: string;
  /** int32 `[rows]`, classification: the class that is decided for. */
  predicted?: string;
  /** float32 `[rows, classes]`: logarithms of probabilities. */
  logProbabilities?: string;
  /** float64 `[rows]`, regression: predicted numbers in units of the target. */
  numbers?: string;
}

/** What follows from a comparison. Gains are improvements, whichever way the metric goes. */
export interface Recommendation {
  /**
   * Id of what is to be used among the losses: the one that gains most of those that are better, else the baseline. It is kept, unless
   * another model is asked for.
   */
  candidate: string;
  /** What has to be said first: the columns do not appear to predict the target, or trees or a linear model make the losses needless. */
  lead: string | null;
  /** Id of the reference that `lead` says to use. */
  instead: string | null;
  /** What to use, and what it gains. */
  use: string;
  /** Over the baseline, with its 95 % interval; null where that is what is to be used. */
  gain: { mean: number; low: number; high: number } | null;
  /** What is paid for it, a sentence each that begins with its name. */
  costs: { about: "calibration" | "metric" | "time" | "collapse" | "stability"; text: string }[];
  /**
   * Costs of the undecided finalist with the clearest gain; what is gained by other means: a tuned threshold, the choice by
   * validation; fits that ended at the limit of epochs.
   */
  beside: string[];
  /** What to do next, in this order; `seeds` and `rows` in all, where a number of them would decide. */
  next: {
    /** `network`: in results of an earlier version only. */
    about: "missing" | "network" | "continue" | "seeds" | "rows" | "settled";
    text: string;
    seeds?: number;
    rows?: number;
  }[];
  /** References that can be used like a loss, against the first loss of the ranking: positive where they are ahead. */
  references: Advantage[];
  /**
   * The reference that looks at no column, and how models differ from it, positive where they are ahead. `unbeaten`: none is clearly
   * ahead, so that no model is recommended. Absent where nothing can be tested.
   */
  trivial?: { candidate: string; unbeaten: boolean; models: Advantage[] };
}

/** How one candidate differs from another in a metric, turned so that positive is better. */
export interface Advantage {
  candidate: string;
  /** What it is compared with. */
  to: string;
  mean: number;
  /** 95 % interval. */
  low: number;
  high: number;
  /** Probability of being worse by more than the region of practical equivalence. */
  pWorse: number;
}

/** A mean ROC curve: see `meanRoc`. */
export interface MeanRoc {
  /** From 0 to 1, rising; equal where the curve jumps. */
  falsePositive: number[];
  truePositive: number[];
}

/** Rows as dots; those that are near each other are one dot, at their mean. */
export interface RowCloud {
  x: number[];
  y: number[];
  /** Rows a dot. */
  count: number[];
  /** Rows so far outside that they were taken to the edge. */
  beyond: number;
}

/** How the predictions of one candidate behave on rows that its models weren't trained on. */
export interface Behaviour {
  candidate: string;
  /** Classification: the area below it is the ROC-AUC of `metrics`. */
  roc?: MeanRoc;
  /** Regression: the target (y) by its prediction (x), all seeds together. */
  actual?: RowCloud;
  /** Regression: target minus prediction (y) by the prediction (x). */
  residual?: RowCloud;
}

export interface DatasetReport {
  name: string;
  /** Path or bundled name as given. */
  source: string;
  /** SHA-256 of the bytes read. */
  sha256: string;
  task: Task;
  target: string;
  /** Class names; binary: `[negative, positive]`; empty for regression. */
  classes: string[];
  /** Rows used per class (classification), in the order of `classes`. */
  classCounts: number[];
  rows: number;
  /** Where a budget has drawn them: of how many. The kept model, too, knows `rows` only. */
  drawnFrom?: number;
  /** Rows of the test file, the same for every seed; `null`: tested on folds. */
  testRows: number | null;
  features: FeatureSummary[];
  /** The column of the times, where folds trained on earlier rows and tested on later ones. */
  time?: string;
  /** Inputs of the network after encoding, on the first training part. */
  inputs: number;
  notes: Note[];
  /** Where training saw bags only: how many there are, and of how many rows. */
  bags?: { column: string; count: number; smallest: number; largest: number };
  /** Where rows are pairs. */
  preference?: PreferenceReport;
  /** Seeds asked for, and those that are complete: the first for all candidates, the others for the baseline, the finalists and trained references. */
  seeds: { planned: number[]; complete: number[] };
  /** Folds asked for (1 on a test file), and those of the first seed that are complete for all candidates. */
  folds: { planned: number; complete: number[] };
  /** Candidates that were worth more than one seed. */
  finalists: string[];
  trials: TrialRecord[];
  /** Every metric by candidate: of all rows of a seed, over the seeds; areas are means over the test parts. */
  metrics: Record<string, Record<string, number | null>>;
  /** Of the baseline, the finalists, the largest difference and the model that is kept. */
  behaviours: Behaviour[];
  ranking: Ranking;
  recommendation: Recommendation;
  /** Which model was kept and why; trees have 0 epochs. */
  model: KeptChoice | KeptEnsemble | null;
  /** What fewer bits cost the kept model, where that was asked for (`--quantize`). */
  quantization?: QuantizationReport;
}

/** Which model is kept, how it is trained, and why. */
export interface KeptChoice {
  candidate: string;
  configuration: Configuration;
  epochs: number;
  /** Rows that it was trained on, where fewer were drawn to choose it. */
  rows?: number;
  /** Networks that are averaged; absent: one. Each stops by its own validation rows, and not after `epochs`, unless `rows` is there. */
  members?: number;
  /** Size of its file of weights. */
  bytes?: number;
  why: string;
  /** Of pairs: the medians over the folds, by which its rewards are scaled. */
  preference?: Pick<PairCalibration, "temperature" | "flipRate" | "assumed">;
}

/** Which models are kept as one, whose prediction is the weighted mean of theirs, and why. */
export interface KeptEnsemble {
  candidate: string;
  why: string;
  rows?: number;
  /** Size of the file with the weights of all members. */
  bytes?: number;
  /** Each with its weight, the mean of those of the folds; they add up to 1. */
  ensemble: (KeptChoice & { weight: number })[];
}

/** Average ranks over several data sets, with Friedman's and Nemenyi's tests. */
export interface AcrossReport {
  datasets: string[];
  candidates: string[];
  /** `ranks[i][j]`: rank of candidate j on data set i (1 is best, ties averaged). */
  ranks: number[][];
  averageRanks: number[];
  friedman: { chi2: number; p: number; imanDavenportF: number | null; pF: number | null };
  /** Nemenyi's critical difference of average ranks at `alpha`. */
  criticalDifference: number;
  alpha: number;
  /** Maximal groups of candidates that are not distinguishable, as indices into `candidates`. */
  cliques: number[][];
  summary: string;
}

/** How many trials the CPUs of one kind have computed. */
export interface ComputedOn {
  /** As its maker calls it. */
  cpu: string;
  trials: number;
}

/** What ran the training steps. The same settings on another engine give numbers that differ by rounding. */
export interface EngineUsed {
  /** `native`: compiled to ONNX, run by ONNX Runtime; `wasm`: the array engine's own kernels. */
  name: "native" | "wasm";
  /** Package and version, e.g. `onnxruntime-node 1.30.0`. */
  version: string;
  /** Threads inside one operation; always 1 on wasm. */
  threads: number;
}

export interface Results {
  schema: "minimand.compare/2";
  created: string;
  /** `engine`: the array engine, which both engines of training compute with. */
  versions: { minimand: string; engine: string; node: string };
  engine: EngineUsed;
  settings: Settings;
  /** The model that all candidates trained, where it is an own one. */
  ownModel?: { id: string; origin?: Origin };
  candidates: CandidateSummary[];
  datasets: DatasetReport[];
  across: AcrossReport | null;
  /**
   * Where a budget has cut the plan: what is missing, how many records of trials were used, and which part of alpha is left for the run
   * that continues.
   */
  cut?: { missing: string[]; trials: number; alphaLeft: number };
  /** Kinds of CPU that have computed the trials, where several machines may have. */
  computedOn?: ComputedOn[];
}
