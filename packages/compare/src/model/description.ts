import { type Head, heads } from "minimand";
import { parseJson } from "minimand/engine";
import { dateParts } from "../data/dates/parts.ts";
import { type CategoricalEncoder, type Encoder, type NumericEncoder, width } from "../data/encoder.ts";
import type { TargetReading } from "../data/target-reading.ts";
import type { TargetScale } from "../data/target-scale.ts";
import type { NGramEncoder } from "../data/text/n-gram-encoder.ts";
import { buckets, nGramRules } from "../data/text/n-grams.ts";
import { DataError, quoted } from "../data-error.ts";
import { mostLayers } from "../plan/settings.ts";
import type { Configuration, Task } from "../results.ts";
import { mostBins, mostMembers } from "../setting-table.ts";
import { traitsOf } from "../task.ts";
import { withOwnSum } from "./sums.ts";

/** What `model.json` says of every kept model. */
interface Described {
  schema: "minimand.model/1";
  task: Task;
  target: string;
  /** How labels of a file are read, where not as they stand. */
  targetReading?: TargetReading;
  classes: string[];
  /** How columns are read, and how a network's inputs are made of them. */
  encoder: Encoder;
  candidate: string;
  why: string;
  rows: number;
  /** Name of the data set; descriptions of earlier versions have none. */
  dataset?: string;
  /** SHA-256 of the file of {@link weightsFile}; descriptions of earlier versions have none. */
  weightsSha256?: string;
}

/** `model.json` of a network: everything but the weights that is needed to predict. */
export interface NetworkDescription extends Described {
  /** Names of the network's inputs, in order. */
  inputs: string[];
  network: {
    hidden: number[];
    activation: "relu";
    /** What the last layer makes of its features; absent: `linear`. */
    head?: Head;
    /** Networks whose predictions are averaged, each with weights of its own; absent: one. */
    members?: number;
    /** A model of one's own, and the hash of its code where it is known: `hidden` and `activation` say nothing of it. */
    own?: { id: string; sha256?: string };
  };
  targetScale: TargetScale;
  configuration: Configuration;
  /** As chosen in the trials; members stop by their own validation rows. */
  epochs: number;
}

/** `model.json` of gradient-boosted trees: everything but the trees. They have no columns of free text. */
export interface TreesDescription extends Described {
  /** Package and version that trained them. */
  trees: { library: string };
  configuration: Configuration;
}

/** `model.json` of several models, whose prediction is the weighted mean of theirs. Its encoder is that of the member that reads the most columns. */
export interface EnsembleDescription extends Described {
  /** Weights are positive and add up to 1. */
  ensemble: { weight: number; model: NetworkDescription | TreesDescription }[];
}

/** `model.json` */
export type ModelDescription = NetworkDescription | TreesDescription | EnsembleDescription;

/** A kept model: its description, and the bytes of its weights, of its trees, or of all members. */
export interface SavedModel {
  description: ModelDescription;
  weights: Uint8Array;
}

/** A kept model that is no ensemble. */
export interface SavedSingle extends SavedModel {
  description: NetworkDescription | TreesDescription;
}

/** A kept network. */
export interface SavedNetwork extends SavedModel {
  description: NetworkDescription;
}

/** Kept trees. */
export interface SavedTrees extends SavedModel {
  description: TreesDescription;
}

/** A kept ensemble. */
export interface SavedEnsemble extends SavedModel {
  description: EnsembleDescription;
}

/** Returns the name of the file of weights, trees or members next to `model.json`. */
export function weightsFile(
  description: ModelDescription,
): "model.safetensors" | "model.trees" | "model.ensemble" {
  if ("ensemble" in description) return "model.ensemble";
  return "trees" in description ? "model.trees" : "model.safetensors";
}

/** Returns the own model that a kept one, or a member of it, is of. */
export function ownModelIn(description: ModelDescription): NetworkDescription["network"]["own"] {
  if ("network" in description) return description.network.own;
  if ("trees" in description) return undefined;
  return description.ensemble.map(({ model }) => ownModelIn(model)).find((own) => own !== undefined);
}

/** Returns the text of `model.json`: the description and, as `sha256`, a sum of the whole text. */
export function writeModelDescription(description: ModelDescription): Promise<string> {
  return withOwnSum((sha256) => `${JSON.stringify({ ...description, sha256 }, null, 1)}\n`);
}

/**
 * Reads `model.json`. All that predicting and exporting use is checked; what only informs (`why`, `epochs`, ...) is not, and sums
 * are for {@link checkSums}.
 *
 * @param text the file
 * @param place its path, for messages
 * @throws DataError for a file that is cut off, foreign, or has a field of another kind
 */
export function readModelDescription(text: string, place: string): ModelDescription {
  const wrong = (what: string): DataError =>
    new DataError(`${place}: expected a model description (minimand.model/1), got ${what}`);
  let value: unknown;
  try {
    value = parseJson(text);
  } catch {
    throw wrong("a file that is no JSON or is cut off");
  }
  return isObject(value) && value.ensemble !== undefined
    ? checkEnsemble(value, wrong)
    : checkSingle(value, wrong);
}

type Wrong = (what: string) => DataError;

/** The models that an ensemble has at most. */
const mostParts = 100;

function checkEnsemble(value: Record<string, unknown>, wrong: Wrong): EnsembleDescription {
  const description = checkFields(value, commonFields, wrong) as EnsembleDescription;
  const parts = description.ensemble as unknown;
  const isPart = (part: unknown): boolean =>
    isObject(part) && isNumber(part.weight) && Number(part.weight) > 0 && isObject(part.model);
  if (
    !isListOf(parts, isPart) ||
    description.ensemble.length === 0 ||
    description.ensemble.length > mostParts
  )
    throw wrong(`a wrong field ${quoted("ensemble")}`);
  const sum = description.ensemble.reduce((total, { weight }) => total + weight, 0);
  if (Math.abs(sum - 1) > 1e-6) throw wrong(`weights that add up to ${sum}`);
  const alike = ({ task, target, classes }: ModelDescription): string =>
    JSON.stringify([task, target, classes]);
  const ensemble = description.ensemble.map(({ weight, model }) => {
    const own = checkSingle(model, wrong);
    if (alike(own) !== alike(description)) throw wrong("members of another target");
    return { weight, model: own };
  });
  return { ...description, ensemble };
}

function checkFields(value: unknown, fields: Record<string, Check>, wrong: Wrong): ModelDescription {
  if (!isObject(value) || value.schema !== "minimand.model/1") throw wrong("something else");
  const broken = Object.entries(fields).find(([name, is]) => !is(value[name]));
  if (broken !== undefined) throw wrong(`a wrong field ${quoted(broken[0])}`);
  const { sha256: _, ...rest } = value;
  return rest as unknown as ModelDescription;
}

function checkSingle(value: unknown, wrong: Wrong): NetworkDescription | TreesDescription {
  const ofTrees = isObject(value) && value.trees !== undefined;
  const fields = { ...commonFields, ...(ofTrees ? treesFields : networkFields) };
  const description = checkFields(value, fields, wrong) as NetworkDescription | TreesDescription;
  const { task, classes, encoder } = description;
  const enough = { regression: 0, binary: 2, preference: 2, multiclass: 3 }[task];
  if (classes.length < enough || (task !== "multiclass" && classes.length > enough))
    throw wrong(`${classes.length} classes for the task ${task}`);
  if ("inputs" in description && description.inputs.length !== encoder.inputs)
    throw wrong(`${description.inputs.length} names for ${encoder.inputs} inputs`);
  const made = encoder.features.reduce((sum, feature) => sum + width(feature), 0);
  if (!ofTrees && made !== encoder.inputs)
    throw wrong(`${encoder.inputs} inputs of columns that make ${made}`);
  return description;
}

type Check = (value: unknown) => boolean;

const commonFields: Record<string, Check> = {
  task: (v) => typeof v === "string" && Object.hasOwn(traitsOf, v),
  target: isText,
  candidate: isText,
  classes: (v) => isListOf(v, isText) && new Set(v as string[]).size === (v as string[]).length,
  encoder: isEncoder,
  targetReading: (v) =>
    v === undefined ||
    (isObject(v) && isAsMissing(v.asMissing) && (v.mergeLabels === undefined || v.mergeLabels === true)),
  dataset: (v) => v === undefined || isText(v),
  rows: (v) => v === undefined || isCount(v),
  weightsSha256: (v) => v === undefined || isText(v),
  sha256: (v) => v === undefined || isText(v),
};

const networkFields: Record<string, Check> = {
  inputs: (v) => isListOf(v, isText),
  network: (v) =>
    isObject(v) &&
    isListOf(v.hidden, isCount) &&
    (v.hidden as unknown[]).length <= mostLayers &&
    v.activation === "relu" &&
    (v.head === undefined || heads.some((head) => head === v.head)) &&
    (v.members === undefined || (isCount(v.members) && Number(v.members) <= mostMembers)) &&
    (v.own === undefined || (isObject(v.own) && isText(v.own.id))),
  targetScale: (v) =>
    isObject(v) && isNumber(v.mean) && isNumber(v.sd) && (v.log === undefined || v.log === true),
};

const treesFields: Record<string, Check> = {
  trees: (v) => isObject(v) && isText(v.library),
  encoder: (v) => isEncoder(v) && (v as Encoder).features.every(({ kind }) => kind !== "text"),
};

function isEncoder(value: unknown): value is Encoder {
  return (
    isObject(value) &&
    isCount(value.inputs) &&
    isListOf(
      value.features,
      (feature) => isNumericEncoder(feature) || isCategoricalEncoder(feature) || isNGramEncoder(feature),
    ) &&
    new Set((value.features as Encoder["features"]).map(sourceOf)).size ===
      (value.features as unknown[]).length
  );
}

/** What a feature reads: each takes memory for every row, so that none may be read twice. */
function sourceOf(feature: Encoder["features"][number]): string {
  const { date } = feature as NumericEncoder;
  return JSON.stringify(date === undefined ? feature.name : [date.column, date.part]);
}

function isNumericEncoder(value: unknown): value is NumericEncoder {
  return (
    isObject(value) &&
    value.kind === "numeric" &&
    isText(value.name) &&
    [value.median, value.mean, value.sd].every(isNumber) &&
    typeof value.missingIndicator === "boolean" &&
    (value.range === undefined ||
      (isListOf(value.range, isNumber) && (value.range as unknown[]).length === 2)) &&
    (value.edges === undefined || isListOfEdges(value.edges)) &&
    (value.textsAsMissing === undefined || value.textsAsMissing === true) &&
    isAsMissing(value.asMissing) &&
    isDatePart(value.date)
  );
}

/** Edges of 2 to {@link mostBins} bins, ascending, whose differences a float64 holds. */
function isListOfEdges(value: unknown): boolean {
  if (!isListOf(value, isNumber)) return false;
  const edges = value as number[];
  return (
    edges.length > 2 &&
    edges.length <= mostBins + 1 &&
    edges.every((edge, k) => k === 0 || (Number.isFinite(edge - edges[k - 1]!) && edge > edges[k - 1]!))
  );
}

function isCategoricalEncoder(value: unknown): value is CategoricalEncoder {
  return (
    isObject(value) &&
    value.kind === "categorical" &&
    isText(value.name) &&
    isListOf(value.levels, isText) &&
    isListOf(value.pooled, isText) &&
    typeof value.missing === "boolean" &&
    isAsMissing(value.asMissing) &&
    isDatePart(value.date)
  );
}

function isNGramEncoder(value: unknown): value is NGramEncoder {
  return (
    isObject(value) &&
    value.kind === "text" &&
    isText(value.name) &&
    nGramRules.some((rule) => rule === value.rule) &&
    isListOf(value.buckets, isBucket) &&
    typeof value.missing === "boolean" &&
    isAsMissing(value.asMissing)
  );
}

const isBucket: Check = (value) => Number.isInteger(value) && Number(value) >= 0 && Number(value) < buckets;

const isDatePart: Check = (value) =>
  value === undefined ||
  (isObject(value) &&
    isText(value.column) &&
    dateParts.some((part) => part === value.part) &&
    (value.order === null || value.order === "dmy" || value.order === "mdy"));

const isAsMissing: Check = (value) => value === undefined || isListOf(value, isText);

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isListOf(value: unknown, is: Check): boolean {
  return Array.isArray(value) && value.every(is);
}

function isText(value: unknown): boolean {
  return typeof value === "string";
}

function isNumber(value: unknown): boolean {
  return typeof value === "number" && Number.isFinite(value);
}

function isCount(value: unknown): boolean {
  return Number.isInteger(value) && Number(value) >= 1;
}
