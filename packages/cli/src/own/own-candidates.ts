import { statSync } from "node:fs";
import { resolve } from "node:path";
import {
  type Candidate,
  checkCandidates,
  checkModels,
  isArgumentError,
  listed,
  type Origin,
  type Own,
  type OwnModel,
  originsOf,
  refusal,
} from "@minimand/compare";
import { startEngine } from "minimand/start";
import { messageOf } from "../error-text.ts";
import { loadModule } from "./own-modules.ts";

/**
 * The candidates and models of modules of the user's (`--with`): what each exports as `candidates`, or else by default, and as
 * `models`.
 *
 * @throws UsageError in one line with the file, for one that can't be loaded or exports something else, and for a name that
 *   another candidate or model has
 */
export async function loadOwn(files: readonly string[]): Promise<Own> {
  const loaded: Own = { candidates: [], models: [] };
  if (files.length === 0) return loaded;
  // A module may make arrays when it is loaded.
  await startEngine();
  const paths = new Set<string>();
  for (const file of files) {
    const path = resolve(file);
    if (paths.has(path)) throw refusal(file, "expected each file once, got it twice");
    paths.add(path);
    const { candidates, models } = await ownOf(file, path, loaded);
    loaded.candidates.push(...candidates);
    loaded.models.push(...models);
  }
  return loaded;
}

/**
 * The same in a worker.
 *
 * @throws RangeError (which alone comes through to the main thread) where a file can't be loaded or isn't the same any more: its
 *   trials would be kept under the name of the earlier one
 */
export async function loadAgain(origins: readonly Origin[]): Promise<Own> {
  const loaded = await loadOwn(origins.map(({ file }) => file)).catch((error: unknown) => {
    throw new RangeError(messageOf(error));
  });
  const now = new Map(originsOf(loaded).map(({ file, sha256 }) => [file, sha256]));
  const changed = origins.find(({ file, sha256 }) => now.get(file) !== sha256);
  if (changed === undefined) return loaded;
  const { message } = refusal(
    changed.file,
    "expected the file to stay as it is while it is used, got another",
  );
  throw new RangeError(message);
}

async function ownOf(file: string, path: string, others: Own): Promise<Own> {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined)
    throw refusal(file, "expected a JavaScript or TypeScript file, got none of this name");
  if (!found.isFile()) throw refusal(file, "expected a JavaScript or TypeScript file, got a folder");
  const { exported, sha256 } = await loadModule(path, `--with ${file}`).catch((error: unknown) => {
    const message = messageOf(error);
    throw message.startsWith("--with ") ? error : refusal(file, `can't be loaded: ${message}`);
  });
  const { models = [] } = exported;
  const list = exported.candidates ?? exported.default ?? ("models" in exported ? [] : undefined);
  if (!Array.isArray(list)) throw refusal(file, `expected ${wanted}, got ${describe(exported)}`);
  const origin = { file, sha256 };
  try {
    checkCandidates(list, others.candidates);
    checkModels(models as OwnModel[], others.models);
    return {
      candidates: (list as Candidate[]).map((candidate) => ({ ...candidate, origin })),
      models: (models as OwnModel[]).map((model) => ({ ...model, origin })),
    };
  } catch (error) {
    // Reading them may run code of the module.
    const message = messageOf(error);
    throw refusal(file, isArgumentError(error) ? message : `can't be read: ${message}`);
  }
}

const wanted =
  "an export 'candidates' (or a default one) that is a list of candidates, or 'models' that is one of models";

function describe(exported: Record<string, unknown>): string {
  const names = Object.keys(exported);
  if (names.length === 0) return "no exports";
  return names.includes("candidates") || names.includes("default")
    ? "one that is no list"
    : `only the exports ${listed(names)}`;
}
