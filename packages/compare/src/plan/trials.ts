import type { Dataset, Feature } from "../data/dataset.ts";
import { readerVersion } from "../read/read-table.ts";
import type { Configuration, EngineUsed, Settings } from "../results.ts";
import { settingNames, settingTable } from "../setting-table.ts";
import { traitsOf } from "../task.ts";
import { hasNeed, isReference, isTrees, minimisedBy, type PlannedCandidate } from "./candidate.ts";
import { baselineIdOf, references } from "./candidates.ts";
import { type Grid, gridOf } from "./grid.ts";
import type { OwnModel } from "./own-parts.ts";
import { metricFor, single } from "./settings.ts";

/** One unit of work: a candidate (or the majority reference) on one fold of one seed. */
export interface TrialSpec {
  candidate: string;
  seed: number;
  fold: number;
  /** The network that it chose is quantised, and nothing is tuned. */
  quantise?: { widths: readonly number[]; configuration: Configuration };
}

/** What of a data set decides its trials: the hashes of all that was read for it, and what was understood. */
export interface TrialSubject {
  dataset: Pick<Dataset, "task" | "classes"> & Partial<Pick<Dataset, "features">>;
  sha256: string;
  /** Of the file that is tested on instead of folds. */
  testSha256: string | null;
  /** Of the teacher that distillation learns from. */
  teacherSha256: string | null;
  /** Of the file of unlabelled rows. */
  unlabeledSha256: string | null;
}

/** What trains, and on what: the same plan elsewhere gives numbers that differ by rounding. */
export interface TrialHost {
  versions: Record<string, string>;
  engine: EngineUsed;
  /** Where all candidates train a model of one's own. */
  model?: Pick<OwnModel, "id" | "origin">;
}

/**
 * Everything that decides a trial's result, and nothing else: trials of equal keys have equal results, whatever runs along with them and
 * however they are judged. Plain JSON, always in the same order.
 */
export type TrialKey = {
  version: typeof keyVersion;
  spec: TrialSpec;
  host: Pick<TrialHost, "versions" | "engine">;
  reader: string | number;
  data: Record<string, string>;
  task: string;
  classes: string[];
  /** Inputs that are read otherwise than numbers and categories of the file are. */
  read?: string[];
  settings: Record<string, unknown>;
  /** Null for the references that nothing is trained for. */
  candidate: {
    formula: string;
    grid: Grid | readonly Configuration[];
    /** The loss that a method minimises. */
    of?: { id: string; formula: string; code?: string };
    /** Hash of the code of an own candidate. */
    code?: string;
    /** Package and version, where a library trains. */
    library?: string;
  } | null;
  /** The model, where it isn't that of the settings. */
  model?: string;
  /** Hash of its code. */
  modelCode?: string;
  /** What is quantised, and how. */
  quantise?: { version: typeof quantisingVersion } & NonNullable<TrialSpec["quantise"]>;
};

/** A trial of a comparison. */
export interface PlannedTrial {
  /** Place of its data set among the subjects. */
  subject: number;
  spec: TrialSpec;
  key: TrialKey;
}

/** To be raised where older keys would name results that are computed otherwise now. */
const keyVersion = 7;

/** The same for quantised networks. */
const quantisingVersion = 2;

/**
 * Returns the trials of the first seed with their keys, data set by data set, candidate by candidate: first the reference that learns
 * nothing, then the candidates in their order, each on all folds. {@link planFinals} has those of the others.
 *
 * @param candidates as `chooseCandidates` gives them
 */
export function planTrials(
  settings: Settings,
  candidates: readonly PlannedCandidate[],
  subjects: readonly TrialSubject[],
  host: TrialHost,
): PlannedTrial[] {
  return subjects.flatMap((_, subject) =>
    trialsOf(0, subject, [null, ...candidates], { settings, subjects, host }),
  );
}

/**
 * Returns the trials of all further seeds, seed by seed: the baseline and the finalists of each data set, and the references that are
 * trained. So the references' intervals include as much of the variation of fits.
 *
 * @param finalists ids for each of the data sets, see `chooseFinalists`
 */
export function planFinals(
  settings: Settings,
  candidates: readonly PlannedCandidate[],
  subjects: readonly TrialSubject[],
  host: TrialHost,
  finalists: readonly (readonly string[])[],
): PlannedTrial[] {
  const further = Array.from({ length: settings.seeds - 1 }, (_, i) => i + 1);
  return further.flatMap((seed) =>
    subjects.flatMap(({ dataset: { task } }, subject) => {
      const baseline = baselineIdOf(settings, task);
      const taking = candidates.filter(
        (one) => one.id === baseline || finalists[subject].includes(one.id) || isReference(one),
      );
      return trialsOf(seed, subject, taking, { settings, subjects, host });
    }),
  );
}

/** Which networks are quantised: those that a candidate chose in its trials. */
export interface Quantising {
  candidate: string;
  networks: readonly { seed: number; fold: number; configuration: Configuration }[];
}

/**
 * Plans trials that quantise the networks of finished ones, data set by data set: each trains its network again as it was, and tests it in
 * float and in all widths.
 *
 * @param chosen for each data set; null: nothing is quantised
 */
export function planQuantised(
  settings: Settings,
  candidates: readonly PlannedCandidate[],
  subjects: readonly TrialSubject[],
  host: TrialHost,
  { widths, chosen }: { widths: readonly number[]; chosen: readonly (Quantising | null)[] },
): PlannedTrial[] {
  return chosen.flatMap((own, subject) => {
    if (own === null) return [];
    const candidate = candidates.find(({ id }) => id === own.candidate) ?? null;
    return own.networks.map(({ seed, fold, configuration }): PlannedTrial => {
      const quantise = { widths, configuration };
      const spec = { candidate: own.candidate, seed, fold, quantise };
      const key = keyOf(spec, candidate, subjects[subject], settings, host);
      return { subject, spec, key: { ...key, quantise: { version: quantisingVersion, ...quantise } } };
    });
  });
}

function trialsOf(
  seed: number,
  subject: number,
  candidates: readonly (PlannedCandidate | null)[],
  { settings, subjects, host }: { settings: Settings; subjects: readonly TrialSubject[]; host: TrialHost },
): PlannedTrial[] {
  const own = subjects[subject];
  const folds = foldsOf(settings, own);
  const reference = references[traitsOf[own.dataset.task].constant];
  return candidates.flatMap((candidate) =>
    Array.from({ length: folds ?? 1 }, (_, fold) => {
      const spec = { candidate: candidate?.id ?? reference.id, seed, fold };
      return { subject, spec, key: keyOf(spec, candidate, own, settings, host) };
    }),
  );
}

/** Null where a second file is tested on: each seed then is a single trial. */
function foldsOf({ folds }: Settings, { testSha256 }: TrialSubject): number | null {
  return testSha256 === null ? folds : null;
}

function keyOf(
  spec: TrialSpec,
  candidate: PlannedCandidate | null,
  subject: TrialSubject,
  settings: Settings,
  { versions, engine, model }: TrialHost,
): TrialKey {
  const { task, classes, features = [] } = subject.dataset;
  const read = features.flatMap(readingOf);
  const { sha256: train, testSha256: test, teacherSha256: teacher, unlabeledSha256: unlabeled } = subject;
  const loss = candidate === null || isTrees(candidate) ? null : minimisedBy(candidate);
  const other = candidate !== null && (isTrees(candidate) || "network" in candidate);
  return {
    version: keyVersion,
    spec: { candidate: spec.candidate, seed: spec.seed, fold: spec.fold },
    host: { versions, engine },
    reader: readerVersion,
    data: {
      train,
      ...(test !== null && { test }),
      ...(loss !== null && hasNeed(loss, "teacher") && teacher !== null && { teacher }),
      ...(loss !== null && hasNeed(loss, "unlabeled") && unlabeled !== null && { unlabeled }),
    },
    task,
    classes,
    ...(read.length > 0 && { read }),
    settings: decidingOf(settingsFor(candidate, settings), subject),
    candidate: candidate === null ? null : identityOf(candidate, settings),
    ...(model && !other && { model: model.id }),
    ...(model?.origin && !other && { modelCode: model.origin.sha256 }),
  };
}

/**
 * Returns the settings by which a candidate is trained. Those of the losses' network do not apply to a reference that trains another model:
 * the linear model reads each number once, and is a single one.
 */
export function settingsFor(candidate: PlannedCandidate | null, settings: Settings): Settings {
  if (candidate === null || !(isTrees(candidate) || "network" in candidate)) return settings;
  return {
    ...settings,
    ...{ model: "linear", hidden: [], ...single },
    ...(isTrees(candidate) && { maxEpochs: 0, patience: 0, batchSize: 0 }),
  };
}

function readingOf(feature: Feature): string[] {
  if (feature.kind === "text") return [`${feature.name}: ${feature.grams.rule}`];
  if (feature.kind === "numeric" && feature.textsAsMissing)
    return [`${feature.name}: numbers, texts read as missing`];
  const { date, name } = feature;
  return date === undefined ? [] : [`${name}: ${date.part} of ${date.column}, ${date.order ?? "as written"}`];
}

function identityOf(candidate: PlannedCandidate, { configurations }: Settings): TrialKey["candidate"] {
  return {
    formula: candidate.formula,
    grid: isTrees(candidate) ? candidate.grid : gridOf(candidate, configurations),
    ...codeOf(candidate),
    ...(isTrees(candidate) && { library: candidate.library }),
    ...("of" in candidate && {
      of: { id: candidate.of.id, formula: candidate.of.formula, ...codeOf(candidate.of) },
    }),
  };
}

const codeOf = ({ origin }: Pick<PlannedCandidate, "origin">): { code?: string } =>
  origin === undefined ? {} : { code: origin.sha256 };

function decidingOf(settings: Settings, subject: TrialSubject): TrialKey["settings"] {
  const names = settingNames.filter((name) => settingTable[name].inKey);
  return {
    ...Object.fromEntries(names.map((name) => [name, settings[name]])),
    // Keys of before there were times, bins, members or scales are those without.
    ...(settings.time !== null && { time: settings.time }),
    ...(settings.bins !== 0 && { bins: settings.bins }),
    ...(settings.members !== 1 && { members: settings.members }),
    ...(settings.targetScale !== "linear" && { targetScale: settings.targetScale }),
    ...(subject.dataset.task === "preference" && { flipRate: settings.flipRate }),
    // In whatever order they were given.
    types: Object.fromEntries(Object.entries(settings.types).sort(([a], [b]) => (a < b ? -1 : 1))),
    missing: Object.fromEntries(
      Object.entries(settings.missing)
        .map(([name, values]) => [name, values.toSorted()] as const)
        .sort(([a], [b]) => (a < b ? -1 : 1)),
    ),
    ignore: settings.ignore.toSorted(),
    folds: foldsOf(settings, subject),
    metric: metricFor(settings.metric, subject.dataset.task),
  };
}
