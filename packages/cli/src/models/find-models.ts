import { existsSync, readdirSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import {
  listed,
  type OwnModel,
  ownModelIn,
  plural,
  readSavedModel,
  type SavedModel,
} from "@minimand/compare";
import { suggest } from "minimand/engine";
import { UsageError } from "../failure.ts";
import { checkNoLink } from "../files/inside.ts";
import { isThere, readCurrent } from "../files/replace-together.ts";
import { tell } from "../printable.ts";

/**
 * The folders of all kept models: of an output folder of `compare`, or a model folder itself. Files are written into them, so that links to
 * other folders are refused.
 *
 * @throws RangeError where the folder's `model` is a symbolic link
 */
export async function modelFolders(folder: string): Promise<string[]> {
  checkNoLink(join(folder, "model"));
  const single = [join(folder, "model"), folder].find(isModel);
  if (single !== undefined) return [single];
  const entries = await readdir(join(folder, "model"), { withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join(folder, "model", name))
    .filter(isModel)
    .sort();
}

/** What is said of a folder that is absent or has no model; of a run that was stopped, how far it came. */
export function noModel(folder: string): UsageError {
  if (!existsSync(folder)) {
    const near = suggest(basename(folder), foldersWithModels(dirname(folder)));
    const hint = near === null ? "" : `; did you mean '${join(dirname(folder), near)}'?`;
    return new UsageError(`${folder}: no such folder${hint}`);
  }
  const trials = keptTrials(folder);
  if (trials > 0 && !isThere(join(folder, "results.json")) && !isThere(join(folder, "report.json")))
    return new UsageError(
      `${folder}: expected a finished comparison, got one that was stopped (${plural(trials, "trial")} kept): the same command again goes on, and compare keeps a model at its end`,
    );
  return new UsageError(
    `${folder}: expected a folder with model/model.json, as 'minimand compare' writes it, got none`,
  );
}

function foldersWithModels(parent: string): string[] {
  try {
    return readdirSync(parent).filter((name) => existsSync(join(parent, name, "model")));
  } catch {
    return [];
  }
}

function keptTrials(folder: string): number {
  try {
    return readdirSync(join(folder, "trials")).filter((name) => name.endsWith(".json.gz")).length;
  } catch {
    return 0;
  }
}

/** The only model of a folder. */
export async function onlyModel(folder: string): Promise<string> {
  const found = await modelFolders(folder);
  if (found.length === 1) return found[0];
  if (found.length === 0) throw noModel(folder);
  throw new UsageError(`${folder}: expected one of its models: ${listed(found)}`);
}

/**
 * Reads the model of a folder. Where its files hold no sums, a line says so.
 *
 * @throws UsageError, DataError in one line for files that are damaged, changed or foreign
 */
export async function readModel(place: string): Promise<SavedModel> {
  const { model, summed } = await readSavedModel(place, (name) => readCurrent(join(place, name)));
  if (!summed) tell(noSums(place));
  return model;
}

/**
 * The own model that a kept one is of, among those that modules of `--with` bring; `undefined` where it is of none.
 *
 * @throws UsageError in one line where it is not among them, or its code is another
 */
export function ownModelOf(
  place: string,
  { description }: SavedModel,
  models: readonly OwnModel[],
): OwnModel | undefined {
  const own = ownModelIn(description);
  if (own === undefined) return undefined;
  const found = models.find(({ id }) => id === own.id);
  if (found === undefined)
    throw new UsageError(
      `${place}: expected --with FILE, which brings its own model '${own.id}', got none of this name`,
    );
  if (own.sha256 !== found.origin?.sha256)
    throw new UsageError(
      `--with ${found.origin?.file}: expected the code that the model '${own.id}' of ${place} was trained with (SHA-256 ${own.sha256}), got other code`,
    );
  return found;
}

/** What is said of a model whose files hold no sums. */
export function noSums(place: string): string {
  return `${place}: no checksums, as in models of earlier versions: damage would not be noticed`;
}

/** What a model's data set is called: by the folder, where there are several. */
export function datasetOf(place: string, { description }: SavedModel): string {
  return description.dataset ?? basename(place);
}

function isModel(folder: string): boolean {
  return isThere(join(folder, "model.json"));
}
