import { metricCatalogue } from "minimand";
import { checkNumber, didYouMean, type OptionNames, rangeError, readOptions } from "minimand/engine";
import type { Settings, Task } from "../results.ts";
import { traitsOf } from "../task.ts";

/** What a comparison does unless told otherwise. */
export const defaultSettings: Omit<Settings, "target"> = {
  task: "auto",
  metric: "auto",
  baseline: "auto",
  losses: "auto",
  optimizers: [],
  steps: [],
  references: ["linear", "trees"],
  model: "mlp",
  hidden: [64, 64],
  seeds: 6,
  sample: null,
  folds: 5,
  configurations: 4,
  maxEpochs: 50,
  patience: 10,
  batchSize: 128,
  rope: "auto",
  alpha: 0.05,
  positive: null,
  labelNoise: 0,
  imbalance: null,
  ignore: [],
  group: null,
  time: null,
  bagColumn: null,
  types: {},
  missing: {},
  test: null,
  flipRate: "auto",
  distillFrom: null,
  unlabeled: null,
  mergeLabels: false,
  damaged: "drop",
  strict: false,
};

const settingNames: OptionNames<Settings> = {
  target: true,
  task: true,
  metric: true,
  baseline: true,
  losses: true,
  optimizers: true,
  steps: true,
  references: true,
  model: true,
  hidden: true,
  seeds: true,
  folds: true,
  configurations: true,
  maxEpochs: true,
  patience: true,
  batchSize: true,
  rope: true,
  alpha: true,
  positive: true,
  labelNoise: true,
  imbalance: true,
  ignore: true,
  group: true,
  bagColumn: true,
  types: true,
  test: true,
  distillFrom: true,
  unlabeled: true,
  damaged: true,
  strict: true,
  missing: true,
  sample: true,
  time: true,
  flipRate: true,
  mergeLabels: true,
};

/** Throws a TypeError naming the first setting that is none, and the one it may mean. */
export function checkSettingNames(settings: Settings): void {
  readOptions("settings", settings, settingNames);
}

/** Seeds, folds and configurations: a plan lists each trial of them before the first one runs. */
const mostRepeats = 1000;

const mostEpochs = 100_000;

/** Their program has a part for each. */
export const mostLayers = 100;

/** Weights between hidden layers, of which training keeps several copies in the 4 GB of an engine. */
const mostWeights = 2 ** 24;

/**
 * Checks the widths of hidden layers.
 *
 * @throws TypeError, RangeError for what is no width, for more than 100 layers, and for layers with more than 16,777,216 weights between them
 */
export function checkHidden(argument: string, hidden: readonly number[]): void {
  if (hidden.length > mostLayers) throw rangeError(argument, `at most ${mostLayers} layers`, hidden.length);
  for (const width of hidden) checkNumber(argument, width, { min: 1, integer: true });
  const weights = hidden.reduce((sum, width, i) => sum + width * (hidden[i + 1] ?? 1), 0);
  if (weights > mostWeights)
    throw rangeError(argument, `layers with at most ${mostWeights} weights between them`, weights);
}

/** Throws a RangeError naming the first setting that makes no sense, a TypeError naming one that is none. */
export function checkSettings(settings: Settings): void {
  checkSettingNames(settings);
  checkReferences(settings.references);
  checkNumber("seeds", settings.seeds, { min: 1, integer: true });
  // With a test file every seed trains on all rows of the first file; otherwise one fold leaves nothing to train on.
  if (settings.test === null) checkNumber("folds", settings.folds, { min: 2, integer: true });
  checkNumber("configurations", settings.configurations, { min: 1, integer: true });
  checkNumber("maxEpochs", settings.maxEpochs, { min: 1, integer: true });
  checkNumber("patience", settings.patience, { min: 1, integer: true });
  checkNumber("batchSize", settings.batchSize, { min: 1, integer: true });
  for (const name of ["seeds", "folds", "configurations"] as const)
    checkNumber(name, settings[name], { max: mostRepeats });
  for (const name of ["maxEpochs", "patience"] as const)
    checkNumber(name, settings[name], { max: mostEpochs });
  checkHidden("hidden", settings.hidden);
  if (settings.sample !== null) checkNumber("sample", settings.sample, { min: 2, integer: true });
  if (settings.rope !== "auto") checkNumber("rope", settings.rope, { min: 0 });
  checkNumber("alpha", settings.alpha, { above: 0, below: 1 });
  checkNumber("labelNoise", settings.labelNoise, { min: 0, below: 1 });
  if (settings.imbalance !== null) checkNumber("imbalance", settings.imbalance, { min: 1 });
  if (settings.time !== null && settings.test !== null)
    throw new RangeError("time: expected no --test beside it, as the rows of that file are the later ones");
  if (settings.task === "preference") checkPairSettings(settings);
  if (settings.bagColumn === null) return;
  const [clash] = [
    settings.group !== null && "--group (bags are kept together)",
    settings.time !== null && "--time",
    settings.labelNoise !== 0 && "--label-noise",
    settings.imbalance !== null && "--imbalance",
    settings.distillFrom !== null && "--distill-from",
    settings.unlabeled !== null && "--unlabeled",
    settings.optimizers.length > 0 && "--optimizers",
    settings.steps.length > 0 && "--steps",
  ].filter((option) => option !== false);
  if (clash !== undefined)
    throw new RangeError(`bagColumn: expected none of the options that need labels of rows, got ${clash}`);
}

/** Throws a RangeError for a setting that says nothing about pairs. */
function checkPairSettings(settings: Settings): void {
  const [clash] = [
    settings.labelNoise !== 0 && "--label-noise",
    settings.imbalance !== null && "--imbalance",
    settings.positive !== null && "--positive",
    settings.time !== null && "--time",
    settings.test !== null && "--test",
    settings.bagColumn !== null && "--bag-column",
    settings.distillFrom !== null && "--distill-from",
    settings.unlabeled !== null && "--unlabeled",
    settings.mergeLabels && "--merge-labels",
  ].filter((option) => option !== false);
  if (clash !== undefined)
    throw new RangeError(`task: expected another one than preference with ${clash}, got preference`);
}

/** Names of what can be trained beside the losses, see {@link Settings}. */
const referenceNames: Settings["references"] = ["linear", "trees"];

function checkReferences(names: readonly string[]): void {
  const unknown = names.find((name) => !(referenceNames as readonly string[]).includes(name));
  if (unknown === undefined) return;
  const message = rangeError("references", `none, or some of ${referenceNames.join(", ")}`, unknown).message;
  throw new RangeError(`${message}${didYouMean(unknown, referenceNames)}`);
}

/** The report metric for a task: the one asked for, or balanced accuracy, or R² for regression. */
export function metricFor(metric: Settings["metric"], task: Task): string {
  const { metric: usual, metrics: ids } = traitsOf[task];
  if (metric === "auto") return usual;
  if (ids.includes(metric)) return metric;
  const message = rangeError("metric", `a metric for ${task} (${ids.join(", ")})`, metric).message;
  const known = metricCatalogue.find(({ id }) => id === metric);
  throw new RangeError(
    `${message}${known === undefined ? didYouMean(metric, ids) : `, one for ${known.tasks.join(" and ")}`}`,
  );
}
