import { metricCatalogue } from "minimand";
import { checkNumber, didYouMean, type OptionNames, rangeError, readOptions } from "minimand/engine";
import type { Settings, Task } from "../results.ts";
import { settingNames, settingTable } from "../setting-table.ts";
import { traitsOf } from "../task.ts";

/** The default settings of a comparison; the target, which has to be given, is empty. */
export const defaultSettings = Object.fromEntries(
  settingNames.map((name) => [name, structuredClone(settingTable[name].byDefault)]),
) as Omit<Settings, "target">;

/** Inputs and number of what reads each number once, and is a single model. */
export const single = { bins: 0, members: 1 } as const;

/**
 * Returns the bins and the members of a fit where neither is asked for. The linear model and networks of pairs have neither; a network that
 * is to be quantised is a single one.
 */
export function networkSettings({
  model,
  task,
  quantize = [],
}: Partial<Pick<Settings, "model" | "task">> & { quantize?: readonly number[] }): Pick<
  Settings,
  "bins" | "members"
> {
  const { bins, members } = defaultSettings;
  if (model === "linear" || task === "preference") return single;
  return { bins, members: quantize.length > 0 ? single.members : members };
}

/** Throws a TypeError naming the first unknown setting, and the one it may mean. */
export function checkSettingNames(settings: Settings): void {
  readOptions("settings", settings, known);
}

const known = Object.fromEntries(settingNames.map((name) => [name, true])) as OptionNames<Settings>;

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

/** Throws a RangeError naming the first setting that makes no sense, a TypeError naming an unknown one. */
export function checkSettings(settings: Settings): void {
  checkSettingNames(settings);
  checkReferences(settings.references);
  for (const name of settingNames) {
    const { bounds, byDefault } = settingTable[name];
    // With a test file every seed trains on all rows of the first file; otherwise one fold leaves nothing to train on.
    if (bounds === undefined || settings[name] === byDefault || (name === "folds" && settings.test !== null))
      continue;
    checkNumber(name, settings[name], bounds);
  }
  checkHidden("hidden", settings.hidden);
  if (settings.time !== null && settings.test !== null)
    throw new RangeError("time: expected no --test with it, as the rows of that file are the later ones");
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
    settings.targetScale !== "linear" && "--target-scale",
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
    settings.members !== 1 && "--members",
    settings.targetScale !== "linear" && "--target-scale",
  ].filter((option) => option !== false);
  if (clash !== undefined)
    throw new RangeError(`task: expected another one than preference with ${clash}, got preference`);
}

/** Names of what can be trained in addition to the losses, see {@link Settings}. */
const referenceNames = settingTable.references.byDefault;

function checkReferences(names: readonly string[]): void {
  const unknown = names.find((name) => !(referenceNames as readonly string[]).includes(name));
  if (unknown === undefined) return;
  const message = rangeError("references", `none, or some of ${referenceNames.join(", ")}`, unknown).message;
  throw new RangeError(`${message}${didYouMean(unknown, referenceNames)}`);
}

/** Returns the report metric for a task: the one asked for, or balanced accuracy, or R² for regression. */
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
