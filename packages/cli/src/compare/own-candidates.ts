import { statSync } from "node:fs";
import { resolve } from "node:path";
import { type Candidate, checkCandidates, listed, type Origin } from "@minimand/compare";
import { startEngine } from "minimand/start";
import { isArgumentError, messageOf } from "../error-text.ts";
import { UsageError } from "../failure.ts";
import { loadModule } from "./own-modules.ts";

/**
 * The candidates of modules of the user's (`--with`): what each exports as `candidates`, or else by default.
 *
 * @throws UsageError in one line with the file, for one that can't be loaded or exports something else, and for a name that
 *   another candidate has
 */
export async function loadCandidates(files: readonly string[]): Promise<Candidate[]> {
  if (files.length === 0) return [];
  // A module may make arrays when it is loaded.
  await startEngine();
  const loaded: Candidate[] = [];
  const paths = new Set<string>();
  for (const file of files) {
    const path = resolve(file);
    if (paths.has(path)) throw refusal(file, "expected each file once, got it twice");
    paths.add(path);
    loaded.push(...(await candidatesOf(file, path, loaded)));
  }
  return loaded;
}

/**
 * The same candidates in a worker.
 *
 * @throws RangeError (which alone comes through to the main thread) where a file isn't the same any more: its trials would be
 *   kept under the name of the earlier one
 */
export async function loadAgain(origins: readonly Origin[]): Promise<Candidate[]> {
  const files = origins.map(({ file }) => file);
  const loaded = await loadCandidates(files).catch(() => []);
  const now = new Map(originsOf(loaded).map(({ file, sha256 }) => [file, sha256]));
  const changed = origins.find(({ file, sha256 }) => now.get(file) !== sha256);
  if (changed === undefined) return loaded;
  const { message } = refusal(
    changed.file,
    "expected the file to stay as it is while it is used, got another",
  );
  throw new RangeError(message);
}

/** The files that candidates come from. */
export function originsOf(candidates: readonly Candidate[]): Origin[] {
  const byFile = new Map(candidates.flatMap(({ origin }) => (origin ? [[origin.file, origin]] : [])));
  return [...byFile.values()];
}

/** What is wrong with a file, in one line. */
export function refusal(file: string, what: string): UsageError {
  return new UsageError(`--with ${file}: ${what}`);
}

async function candidatesOf(file: string, path: string, others: readonly Candidate[]): Promise<Candidate[]> {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined)
    throw refusal(file, "expected a JavaScript or TypeScript file, got none of this name");
  if (!found.isFile()) throw refusal(file, "expected a JavaScript or TypeScript file, got a folder");
  const { exported, sha256 } = await loadModule(path).catch((error: unknown) => {
    throw refusal(file, `can't be loaded: ${messageOf(error)}`);
  });
  const list = exported.candidates ?? exported.default;
  if (!Array.isArray(list)) throw refusal(file, `expected ${wanted}, got ${describe(exported)}`);
  try {
    checkCandidates(list, others);
  } catch (error) {
    throw isArgumentError(error) ? refusal(file, error.message) : error;
  }
  return (list as Candidate[]).map((candidate) => ({ ...candidate, origin: { file, sha256 } }));
}

const wanted = "an export 'candidates' (or a default one) that is a list of candidates";

function describe(exported: Record<string, unknown>): string {
  const names = Object.keys(exported);
  if (names.length === 0) return "no exports";
  return names.includes("candidates") || names.includes("default")
    ? "one that is no list"
    : `only the exports ${listed(names)}`;
}
