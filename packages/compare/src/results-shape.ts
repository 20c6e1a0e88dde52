import * as v from "valibot";
import type {
  AcrossReport,
  Advantage,
  Behaviour,
  CandidateSummary,
  ComputedOn,
  Configuration,
  DatasetReport,
  EngineUsed,
  FeatureSummary,
  KeptChoice,
  KeptEnsemble,
  KeptPredictions,
  MeanRoc,
  Note,
  Origin,
  PairCalibration,
  PredictedTrial,
  PreferenceReport,
  QuantizationReport,
  QuantizedOutcome,
  QuantizedWidth,
  Ranking,
  RankingEntry,
  Recommendation,
  ReliabilityBins,
  Results,
  RowCloud,
  Settings,
  Task,
  TestedDifference,
  TrialRecord,
  TuningRecord,
  UntestedDifference,
} from "./results.ts";
import { flipSources, flips, settingNames, settingTable } from "./setting-table.ts";
import { numbersOrNaN, parseShape, type Shape, shape } from "./shape.ts";

/* The checks of `results.json` and of trials, field by field: whoever can write the file or the store can write anything. */

const text = v.string();
const number = v.number();
const flag = v.boolean();
const texts = v.array(text);
const numbers = v.array(number);
const numberOrNull = v.nullable(number);
const textOrNull = v.nullable(text);
const optionalText = v.optional(text);
const optionalNumber = v.optional(number);

const task: Shape<Task> = v.picklist(["binary", "multiclass", "regression", "preference"]);
const origin = shape<Origin>({ file: text, sha256: text });
const configuration = shape<Configuration>({ learningRate: number, parameters: v.record(text, number) });

const pairCalibration = {
  temperature: number,
  flipRate: number,
  identifiable: flag,
  assumed: number,
} as const;

const predictions = shape<KeptPredictions>({
  rows: text,
  predicted: optionalText,
  logProbabilities: optionalText,
  numbers: optionalText,
});

const trialFields = {
  candidate: text,
  seed: number,
  fold: number,
  status: v.picklist(["ok", "diverged"]),
  chosen: v.nullable(configuration),
  tuning: v.array(shape<TuningRecord>({ configuration, validation: numberOrNull, epochs: number })),
  epochs: number,
  score: numberOrNull,
  metrics: v.record(text, numberOrNull),
  curve: numbersOrNaN,
  confusion: v.optional(v.array(numbers)),
  reliability: v.optional(shape<ReliabilityBins>({ count: numbers, confidence: numbers, correct: numbers })),
  rows: shape<TrialRecord["rows"]>({ fit: number, validation: number, test: number }),
  seconds: number,
  preference: v.optional(shape<PairCalibration>(pairCalibration)),
  weights: v.optional(v.record(text, number)),
  unavailable: optionalText,
} as const;

/** The records of a trial, as stores keep them. */
export const predictedTrials: Shape<PredictedTrial[]> = v.pipe(
  v.array(shape<PredictedTrial>({ ...trialFields, predictions: v.nullable(predictions) })),
  v.nonEmpty(),
);

const note = shape<Note>({
  level: v.picklist(["info", "warning"]),
  column: optionalText,
  about: v.optional(v.picklist(["task", "leak", "numbers", "settings", "unlabeled"])),
  text,
  missing: optionalText,
});

const feature = shape<FeatureSummary>({
  name: text,
  kind: v.picklist(["numeric", "categorical", "text"]),
  why: text,
  missing: number,
  levels: optionalNumber,
});

const candidate = shape<CandidateSummary>({
  id: text,
  label: text,
  kind: v.picklist(["loss", "optimizer", "step", "reference"]),
  paper: optionalText,
  formula: text,
  extension: v.optional(flag),
  grid: v.array(configuration),
  configurations: v.optional(
    shape<NonNullable<CandidateSummary["configurations"]>>({ least: number, most: number }),
  ),
  origin: v.optional(origin),
});

const difference = {
  mean: number,
  values: numbers,
  pairs: v.array(shape<{ seed: number; fold: number }>({ seed: number, fold: number })),
} as const;

const rankingEntry = shape<RankingEntry>({
  candidate: text,
  label: text,
  verdict: v.picklist([
    "baseline",
    "better",
    "same",
    "worse",
    "undecided",
    "not pursued",
    "diverged",
    "reference",
  ]),
  mean: numberOrNull,
  sd: numberOrNull,
  n: number,
  seeds: number,
  diverged: number,
  unavailable: optionalNumber,
  difference: v.nullable(
    v.union([
      shape<TestedDifference>({
        ...difference,
        low: number,
        high: number,
        p: number,
        pAdjusted: number,
        pBetter: number,
        pSame: number,
        pWorse: number,
        df: numberOrNull,
        variance: shape<TestedDifference["variance"]>({ rows: number, fits: number }),
        unstable: flag,
      }),
      shape<UntestedDifference>({
        ...difference,
        low: v.null(),
        high: v.null(),
        p: v.null(),
        pAdjusted: v.null(),
        pBetter: v.null(),
        pSame: v.null(),
        pWorse: v.null(),
        df: v.null(),
        variance: v.null(),
        unstable: v.null(),
      }),
    ]),
  ),
  sentence: text,
});

const ranking = shape<Ranking>({
  metric: text,
  higherIsBetter: flag,
  baseline: text,
  rope: number,
  alpha: number,
  entries: v.array(rankingEntry),
  summary: text,
});

const advantage = shape<Advantage>({
  candidate: text,
  to: text,
  mean: number,
  low: number,
  high: number,
  pWorse: number,
});

const recommendation = shape<Recommendation>({
  candidate: text,
  lead: textOrNull,
  instead: textOrNull,
  use: text,
  gain: v.nullable(shape<NonNullable<Recommendation["gain"]>>({ mean: number, low: number, high: number })),
  costs: v.array(
    shape<Recommendation["costs"][number]>({
      about: v.picklist(["calibration", "metric", "time", "collapse", "stability"]),
      text,
    }),
  ),
  beside: texts,
  next: v.array(
    shape<Recommendation["next"][number]>({
      about: v.picklist(["missing", "network", "continue", "seeds", "rows", "settled"]),
      text,
      seeds: optionalNumber,
      rows: optionalNumber,
    }),
  ),
  references: v.array(advantage),
  trivial: v.optional(
    shape<NonNullable<Recommendation["trivial"]>>({
      candidate: text,
      unbeaten: flag,
      models: v.array(advantage),
    }),
  ),
});

const cloud = shape<RowCloud>({ x: numbers, y: numbers, count: numbers, beyond: number });

const behaviour = shape<Behaviour>({
  candidate: text,
  roc: v.optional(shape<MeanRoc>({ falsePositive: numbers, truePositive: numbers })),
  actual: v.optional(cloud),
  residual: v.optional(cloud),
});

const keptChoice = {
  candidate: text,
  configuration,
  epochs: number,
  rows: v.optional(number),
  members: v.optional(number),
  bytes: v.optional(number),
  why: text,
  preference: v.optional(
    shape<NonNullable<KeptChoice["preference"]>>({ temperature: number, flipRate: number, assumed: number }),
  ),
};

const keptEnsemble = shape<KeptEnsemble>({
  candidate: text,
  why: text,
  rows: v.optional(number),
  bytes: v.optional(number),
  ensemble: v.array(shape<KeptEnsemble["ensemble"][number]>({ ...keptChoice, weight: number })),
});

const model = v.union([keptEnsemble, shape<KeptChoice>(keptChoice)]);

const preference = shape<PreferenceReport>({
  flipRate: v.nullable(
    shape<NonNullable<PreferenceReport["flipRate"]>>({
      ...flips,
      from: v.picklist([...flipSources, "likelihood"]),
    }),
  ),
  judgedBy: shape<PreferenceReport["judgedBy"]>({
    folds: number,
    identifiable: number,
    least: numberOrNull,
    most: numberOrNull,
  }),
  accuracy: numberOrNull,
  corrected: numberOrNull,
  sentences: texts,
});

const outcome = {
  mean: numberOrNull,
  difference: v.nullable(
    shape<NonNullable<QuantizedOutcome["difference"]>>({
      mean: number,
      low: numberOrNull,
      high: numberOrNull,
    }),
  ),
  change: numberOrNull,
} as const;

const quantization = shape<QuantizationReport>({
  candidate: text,
  activationBits: number,
  seeds: numbers,
  folds: number,
  float: shape<QuantizationReport["float"]>({ mean: numberOrNull, bytes: number, fileBytes: numberOrNull }),
  widths: v.array(
    shape<QuantizedWidth>({
      ...outcome,
      bits: number,
      layerBits: numbers,
      bytes: number,
      file: textOrNull,
      fileBytes: numberOrNull,
      rounded: shape<QuantizedOutcome>(outcome),
    }),
  ),
});

const dataset = shape<DatasetReport>({
  name: text,
  source: text,
  sha256: text,
  task,
  target: text,
  classes: texts,
  classCounts: numbers,
  rows: number,
  drawnFrom: optionalNumber,
  testRows: numberOrNull,
  features: v.array(feature),
  time: optionalText,
  inputs: number,
  notes: v.array(note),
  bags: v.optional(
    shape<NonNullable<DatasetReport["bags"]>>({
      column: text,
      count: number,
      smallest: number,
      largest: number,
    }),
  ),
  preference: v.optional(preference),
  seeds: shape<DatasetReport["seeds"]>({ planned: numbers, complete: numbers }),
  folds: shape<DatasetReport["folds"]>({ planned: number, complete: numbers }),
  finalists: texts,
  trials: v.array(shape<TrialRecord>(trialFields)),
  metrics: v.record(text, v.record(text, numberOrNull)),
  behaviours: v.array(behaviour),
  ranking,
  recommendation,
  model: v.nullable(model),
  quantization: v.optional(quantization),
});

const across = shape<AcrossReport>({
  datasets: texts,
  candidates: texts,
  ranks: v.array(numbers),
  averageRanks: numbers,
  friedman: shape<AcrossReport["friedman"]>({
    chi2: number,
    p: number,
    imanDavenportF: numberOrNull,
    pF: numberOrNull,
  }),
  criticalDifference: number,
  alpha: number,
  cliques: v.array(numbers),
  summary: text,
});

const settings = v.object(
  Object.fromEntries(settingNames.map((name) => [name, settingTable[name].shape])),
) as unknown as Shape<Settings>;

/** What trained the models. */
export const engineShape = shape<EngineUsed>({
  name: v.picklist(["native", "wasm"]),
  version: text,
  threads: number,
});

/** Kinds of CPU with their trials. */
export const computedOnShape = v.array(shape<ComputedOn>({ cpu: text, trials: number }));

const results = shape<Results>({
  schema: v.literal("minimand.compare/2"),
  created: text,
  versions: shape<Results["versions"]>({ minimand: text, engine: text, node: text }),
  engine: engineShape,
  settings,
  ownModel: v.optional(shape<NonNullable<Results["ownModel"]>>({ id: text, origin: v.optional(origin) })),
  candidates: v.array(candidate),
  datasets: v.array(dataset),
  across: v.nullable(across),
  cut: v.optional(shape<NonNullable<Results["cut"]>>({ missing: texts, trials: number, alphaLeft: number })),
  computedOn: v.optional(computedOnShape),
});

/**
 * Reads `results.json`. Every field is checked: numbers are numbers, texts are texts.
 *
 * @param content the text of the file
 * @param place its path, for messages
 * @throws DataError for a file that is cut off, of another kind, or has a field of another type
 */
export function readResults(content: string, place: string): Results {
  return parseShape(results, content, "results of minimand compare (minimand.compare/2)", place);
}
