import { untested } from "../packages/compare/src/judge/ranking/rank.ts";
import { defaultSettings } from "../packages/compare/src/plan/settings.ts";
import type {
  AcrossReport,
  Behaviour,
  CandidateSummary,
  Configuration,
  DatasetReport,
  QuantizationReport,
  QuantizedOutcome,
  RankingEntry,
  Results,
  Settings,
  Task,
  TestedDifference,
  TrialRecord,
  Verdict,
} from "../packages/compare/src/results.ts";

/** Small seeded generator (mulberry32), so that every run of the tests draws the same results. */
function uniform(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const losses: [id: string, label: string, effect: number][] = [
  ["cross-entropy", "Cross-entropy", 0],
  ["ldr-kl", "LDR-KL", 0.001],
  ["aldr-kl", "ALDR-KL", 0.03],
  ["comp-sum-smooth-adversarial", "Smooth adversarial comp-sum (tau = 1, rho = 0.5)", 0.004],
  ["focal", "Focal", 0.002],
  ["weighted-cross-entropy", "Class-weighted cross-entropy", 0.022],
  ["gce", "Generalised cross-entropy", -0.002],
  ["sce", "Symmetric cross-entropy", -0.004],
  ["js", "Jensen-Shannon", -0.009],
  ["mae", "Mean absolute error", -0.21],
  ["mse", "Squared error", -0.003],
  ["hinge", "Hinge", -0.012],
  ["ensloss", "EnsLoss", 0.006],
  ["anyloss-f1", "AnyLoss (F1)", 0.008],
  ["exponential", "Exponential", -0.05],
];

const names: Record<Task, string[]> = {
  binary: ["neg", "pos"],
  multiclass: ["bus", "opel", "saab", "van"],
  regression: [],
  preference: ["first", "second"],
};

/** What a test may ask of the made-up data set. */
export interface FixtureOptions {
  name?: string;
  task?: Task;
  seed?: number;
  classes?: string[];
  metric?: string;
  higherIsBetter?: boolean;
  seeds?: { planned: number[]; complete: number[] };
  folds?: number;
  /** Identifier of a loss that diverges in three of its trials. */
  diverging?: string | null;
  /** Rows of a test file, on which nothing is tested. Ask for one fold with it. */
  testRows?: number | null;
}

const mean = (values: number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
const variance = (values: number[]): number => {
  const m = mean(values);
  return values.reduce((a, v) => a + (v - m) ** 2, 0) / (values.length - 1);
};
const normalCdf = (z: number): number => 1 / (1 + Math.exp(-1.702 * z));

export function candidatesFixture(): CandidateSummary[] {
  const grid: Configuration[] = [0.001, 0.003, 0.01, 0.03].map((learningRate) => ({
    learningRate,
    parameters: { tau: 1 },
  }));
  return [
    ...losses.map(
      ([id, label]): CandidateSummary => ({
        id,
        label,
        kind: "loss",
        formula: "-log softmax(f)_y",
        grid,
        ...(id === "ldr-kl" || id === "aldr-kl" ? { paper: "ldr" } : {}),
        ...(id === "anyloss-f1" ? { paper: "anyloss", extension: true } : {}),
      }),
    ),
    { id: "majority-class", label: "Majority class", kind: "reference", formula: "argmax_y n_y", grid: [] },
  ];
}

function trialsFixture(options: Required<FixtureOptions>, random: () => number): TrialRecord[] {
  const sign = options.higherIsBetter ? 1 : -1;
  const base = options.higherIsBetter ? 0.74 : 0.46;
  const grid = candidatesFixture()[0]!.grid;
  const k = options.classes.length;
  return options.seeds.complete.flatMap((seed) =>
    Array.from({ length: options.folds }, (_, fold) => {
      const shared = 0.06 * (random() - 0.5);
      return [...losses, ["majority-class", "Majority class", -0.24] as const].map(
        ([id, , effect]): TrialRecord => {
          const diverged = id === options.diverging && fold < 3 && seed === options.seeds.complete[0];
          const reference = id === "majority-class";
          const score = base + sign * effect + shared + (0.02 + 0.1 * Math.abs(effect)) * (random() - 0.5);
          const epochs = 20 + Math.floor(40 * random());
          const curve = Array.from(
            { length: reference ? 0 : diverged ? 4 : epochs + 8 },
            (_, epoch) =>
              score - sign * 0.25 * Math.exp(-epoch / (4 + 6 * random())) + 0.012 * (random() - 0.5),
          );
          const hit = options.task === "regression" ? 0 : Math.max(1 / k, Math.min(0.97, 0.78 + effect));
          const confusion = Array.from({ length: k }, (_, truth) =>
            Array.from({ length: k }, (_, predicted) =>
              Math.round(
                (truth === predicted ? hit : (1 - hit) / (k - 1)) *
                  (34 - 6 * (truth % 4)) *
                  (k > 10 ? 6 : 1) *
                  (0.8 + 0.4 * random()),
              ),
            ),
          );
          const count = Array.from({ length: 10 }, (_, bin) =>
            k > 2 && bin < 2 ? 0 : Math.round(4 + 20 * random() + bin),
          );
          const confidence = count.map((n, bin) => n * (0.05 + 0.1 * bin));
          return {
            candidate: id,
            seed,
            fold,
            status: diverged ? "diverged" : "ok",
            chosen: reference || diverged ? null : grid[Math.floor(random() * grid.length)]!,
            tuning: reference
              ? []
              : grid.map((configuration) => ({
                  configuration,
                  validation:
                    diverged || (id === "exponential" && configuration.learningRate > 0.02)
                      ? null
                      : score - 0.02 * random(),
                  epochs,
                })),
            epochs,
            score: diverged ? null : score,
            metrics: {
              [options.task === "regression" ? "mae" : "ece"]: diverged ? null : 0.2 + effect + 0.01 * epochs,
              [options.metric]: diverged ? null : score,
            },
            curve,
            ...(options.task === "regression" || diverged
              ? {}
              : {
                  confusion,
                  reliability: {
                    count,
                    confidence,
                    correct: confidence.map((sum, bin) =>
                      Math.min(count[bin]!, Math.round(sum * (0.75 + 0.4 * random()))),
                    ),
                  },
                }),
            rows: { fit: 491, validation: 123, test: 154 },
            seconds: 0.2 + random(),
          };
        },
      );
    }).flat(),
  );
}

function differenceFixture(
  trials: TrialRecord[],
  id: string,
  higher: boolean,
  rope: number,
): TestedDifference | null {
  const pairs = trials.filter((t) => t.candidate === id && t.score !== null);
  const values = pairs.map((t) => {
    const other = trials.find(
      (o) => o.candidate === "cross-entropy" && o.seed === t.seed && o.fold === t.fold,
    );
    return t.score! - other!.score!;
  });
  if (values.length < 2) return null;
  const m = mean(values);
  const se = Math.sqrt(variance(values) * (1 / values.length + 0.25));
  const p = 2 * (1 - normalCdf(Math.abs(m) / se));
  const above = 1 - normalCdf((rope - m) / se);
  const below = normalCdf((-rope - m) / se);
  return {
    mean: m,
    low: m - 2.26 * se,
    high: m + 2.26 * se,
    p,
    pAdjusted: Math.min(1, p * 6),
    pBetter: higher ? above : below,
    pSame: 1 - above - below,
    pWorse: higher ? below : above,
    df: 9,
    variance: { rows: 0.8 * se ** 2, fits: 0.2 * se ** 2 },
    unstable: id === "mae",
    values,
    pairs: pairs.map(({ seed, fold }) => ({ seed, fold })),
  };
}

function entryFixture(
  candidate: CandidateSummary,
  options: Required<FixtureOptions>,
  trials: TrialRecord[],
): RankingEntry {
  const own = trials.filter((t) => t.candidate === candidate.id);
  const scores = own.flatMap((t) => (t.score === null ? [] : [t.score]));
  const diverged = own.length - scores.length;
  const tested = candidate.kind === "loss" && candidate.id !== "cross-entropy" && diverged === 0;
  const difference = tested ? differenceFixture(trials, candidate.id, options.higherIsBetter, 0.01) : null;
  let verdict: Verdict = "undecided";
  if (candidate.kind === "reference") verdict = "reference";
  else if (candidate.id === "cross-entropy") verdict = "baseline";
  else if (diverged > 0) verdict = "diverged";
  else if (difference !== null && difference.pBetter > 0.95) verdict = "better";
  else if (difference !== null && difference.pWorse > 0.95) verdict = "worse";
  else if (difference !== null && difference.pSame > 0.8) verdict = "same";
  return {
    candidate: candidate.id,
    label: candidate.label,
    verdict: options.testRows !== null && tested ? "undecided" : verdict,
    mean: scores.length > 0 ? mean(scores) : null,
    sd: scores.length > 1 ? Math.sqrt(variance(scores)) : null,
    n: scores.length,
    seeds: new Set(own.map(({ seed }) => seed)).size,
    diverged,
    difference:
      difference !== null && options.testRows !== null
        ? { mean: difference.mean, values: difference.values, pairs: difference.pairs, ...untested }
        : difference,
    sentence: `${candidate.label}: ${verdict}.`,
  };
}

/** Means over the trials. */
function metricsFixture(trials: TrialRecord[]): DatasetReport["metrics"] {
  return Object.fromEntries(
    [...Map.groupBy(trials, ({ candidate }) => candidate)].map(([id, own]) => {
      const names = [...new Set(own.flatMap(({ metrics }) => Object.keys(metrics)))];
      const values = names.map((name) => own.flatMap(({ metrics }) => metrics[name] ?? []));
      return [
        id,
        Object.fromEntries(names.map((name, i) => [name, values[i]!.length > 0 ? mean(values[i]!) : null])),
      ];
    }),
  );
}

const shown = ["cross-entropy", "aldr-kl", "weighted-cross-entropy", "anyloss-f1", "ensloss", "focal"];

const behavioursFixture = (task: Task, random: () => number): Behaviour[] =>
  shown.map((candidate, i) =>
    task === "regression" ? cloudsFixture(candidate, random) : rocFixture(candidate, i),
  );

/** `y = x^c`, with the area `1 / (1 + c)`. */
function rocFixture(candidate: string, i: number): Behaviour {
  const falsePositive = Array.from({ length: 101 }, (_, k) => k / 100);
  const truePositive = falsePositive.map((x) => x ** (0.15 + 0.03 * i));
  return { candidate, roc: { falsePositive, truePositive } };
}

function cloudsFixture(candidate: string, random: () => number): Behaviour {
  const x = Array.from({ length: 120 }, () => 5 + 45 * random());
  const y = x.map(() => 12 * (random() - 0.5));
  const count = x.map(() => 1 + Math.floor(9 * random() ** 4));
  return {
    candidate,
    actual: { x, y: y.map((residual, i) => x[i]! + residual), count, beyond: 0 },
    residual: { x, y, count, beyond: 2 },
  };
}

/** A made-up but consistent report on one data set. */
export function datasetFixture(given: FixtureOptions = {}): DatasetReport {
  const task = given.task ?? "binary";
  const options: Required<FixtureOptions> = {
    name: "pima_diabetes",
    seed: 1,
    classes: names[task],
    metric: task === "regression" ? "r2" : "balanced-accuracy",
    higherIsBetter: true,
    seeds: { planned: [0, 1], complete: [0, 1] },
    folds: 5,
    diverging: "js",
    testRows: null,
    ...given,
    task,
  };
  const random = uniform(options.seed);
  const trials = trialsFixture(options, random);
  const sign = options.higherIsBetter ? -1 : 1;
  const group = {
    better: 0,
    same: 0,
    worse: 0,
    undecided: 0,
    "not pursued": 0,
    baseline: 0,
    diverged: 1,
    reference: 2,
  };
  const entries = candidatesFixture()
    .map((candidate) => entryFixture(candidate, options, trials))
    .sort((a, b) => group[a.verdict] - group[b.verdict] || sign * ((a.mean ?? 0) - (b.mean ?? 0)));
  const best = entries[0]!;
  return {
    name: options.name,
    source: options.name,
    sha256: "9f3c1d0e5b7a42c8".repeat(4),
    task,
    target: task === "regression" ? "medv" : "target",
    classes: options.classes,
    classCounts: options.classes.map((_, i) => Math.round(500 / (1 + i))),
    rows: 768,
    testRows: options.testRows,
    features: [
      { name: "glucose", kind: "numeric", why: "768 of 768 values are numbers", missing: 5 },
      { name: "insulin", kind: "numeric", why: "394 of 394 values are numbers", missing: 374 },
      { name: "zip_code", kind: "categorical", why: "leading zeros", missing: 0, levels: 31 },
    ],
    inputs: 18,
    notes: [
      { level: "warning", column: "patient_id", text: "dropped: a different value in every row" },
      { level: "info", text: "3 rows without a target were left out" },
    ],
    seeds: options.seeds,
    folds: { planned: options.folds, complete: Array.from({ length: options.folds }, (_, i) => i) },
    finalists: ["aldr-kl", "weighted-cross-entropy", "anyloss-f1", "ensloss", "focal"],
    trials,
    metrics: metricsFixture(trials),
    behaviours: trials.length === 0 ? [] : behavioursFixture(task, random),
    ranking: {
      metric: options.metric,
      higherIsBetter: options.higherIsBetter,
      baseline: "cross-entropy",
      rope: 0.01,
      alpha: 0.05,
      entries,
      summary: `On ${options.name}, ${best.label} is significantly better than cross-entropy.`,
    },
    recommendation: {
      candidate: best.candidate,
      lead: null,
      instead: null,
      use: `Use ${best.label}: it gains 3.0 points over Cross-entropy.`,
      gain: { mean: 0.03, low: 0.01, high: 0.05 },
      costs: [{ about: "calibration", text: "Its probabilities are less well calibrated." }],
      beside: ["A tuned threshold also gains: 2.0 points."],
      next: [{ about: "rows", rows: 3000, text: "More rows: about 3000 rows would decide it." }],
      references: [],
    },
    model: {
      candidate: best.candidate,
      configuration: { learningRate: 0.003, parameters: { tau: 1 } },
      epochs: 34,
      why: `${best.label} has the best mean and is significantly better than the baseline`,
    },
  };
}

const settings: Settings = {
  ...defaultSettings,
  target: "target",
  maxEpochs: 100,
  batchSize: 32,
  bins: 0,
  members: 1,
};

/** What bits cost, with or without files and tests. */
export function quantizationFixture(
  given: { files?: boolean; tested?: boolean; mean?: number } = {},
): QuantizationReport {
  const { files = true, tested = true, mean = 0.74 } = given;
  const outcome = (loss: number): QuantizedOutcome => ({
    mean: mean - loss,
    difference: {
      mean: -loss,
      low: tested ? -loss - 0.01 : null,
      high: tested ? -loss + 0.01 : null,
    },
    change: 3 * loss,
  });
  return {
    candidate: "ce",
    activationBits: 8,
    seeds: [0, 1],
    folds: 5,
    float: { mean, bytes: 19_464, fileBytes: files ? 23_424 : null },
    widths: [8, 4, 2].map((bits, i) => ({
      bits,
      layerBits: [8, bits, 8],
      bytes: 2000 + 450 * bits,
      ...outcome(0.01 * i),
      file: files ? `model-${bits}bit.onnx` : null,
      fileBytes: files ? 9000 + 200 * bits : null,
      rounded: outcome(0.03 * i),
    })),
  };
}

/** Average ranks of 12 losses over 6 data sets; the critical difference and the cliques fit the ranks. */
export function acrossFixture(): AcrossReport {
  const random = uniform(7);
  const chosen = losses.slice(0, 12);
  const datasets = ["pima_diabetes", "sonar", "vehicle", "glass", "ionosphere", "breast_cancer"];
  const ranks = datasets.map(() => {
    const scores = chosen.map(([, , effect], index) => ({ index, score: effect * 3 + 0.05 * random() }));
    scores.sort((a, b) => b.score - a.score);
    const row = Array<number>(chosen.length).fill(0);
    scores.forEach(({ index }, position) => {
      row[index] = position + 1;
    });
    return row;
  });
  const averageRanks = chosen.map((_, j) => mean(ranks.map((row) => row[j]!)));
  const criticalDifference = 4.2;
  const order = averageRanks.map((_, j) => j).sort((a, b) => averageRanks[a]! - averageRanks[b]!);
  const spans = order.map((first, i) =>
    order.slice(i).filter((j) => averageRanks[j]! - averageRanks[first]! <= criticalDifference),
  );
  const cliques = spans.filter(
    (span, i) => span.length > 1 && (i === 0 || span.at(-1) !== spans[i - 1]!.at(-1)),
  );
  return {
    datasets,
    candidates: chosen.map(([id]) => id),
    ranks,
    averageRanks,
    friedman: { chi2: 31.2, p: 0.001, imanDavenportF: 4.5, pF: 0.0001 },
    criticalDifference,
    alpha: 0.05,
    cliques,
    summary: "Over 6 data sets no loss is significantly better than cross-entropy.",
  };
}

/** A whole `results.json`. */
export function resultsFixture(datasets: DatasetReport[], across: AcrossReport | null = null): Results {
  return {
    schema: "minimand.compare/2",
    created: "2026-11-25T00:00:00.000Z",
    versions: { minimand: "0.1.0", engine: "@jax-js/jax 0.1.25 (wasm)", node: "24.21.0" },
    engine: { name: "native", version: "onnxruntime-node 1.30.0", threads: 2 },
    settings: { ...settings },
    candidates: candidatesFixture(),
    datasets,
    across,
  };
}
