import { join } from "node:path";
import { parseJson } from "minimand/engine";
import { checkNoLink, found } from "./inside.ts";
import { readRegular } from "./read-regular.ts";

/** What runs write into their folders under names that others use, too. */
const common = [
  ...["report.html", "results.json", "report.json", "tuned.json", "pretrained.json", "model"],
  ...["enhance.html", "refine.html", "convergence.svg", "solution.mtx"],
];

/** What a run writes into its folder. */
export interface Written {
  /** Names right in the folder. */
  files: readonly string[];
  /** `schema` of the results among them. */
  schema?: string;
}

/** Whether a run that writes a file writes into a folder of its own: others add files to a folder of the user's. */
export function needsOwnFolder(path: string): boolean {
  return common.includes(path.split("/")[0]);
}

/**
 * Checks that a run replaces no file that minimand didn't write: a folder that holds one of these names has to hold the results
 * of an earlier run, too. Its folders are no symbolic links.
 *
 * @param further names that this run writes
 * @throws RangeError that names the folder and the file
 */
export async function checkOwn(folder: string, further: readonly string[] = []): Promise<void> {
  for (const name of ["model", "pictures"]) checkNoLink(join(folder, name));
  const taken = [...common, ...further].find((name) => found(join(folder, name)) !== undefined);
  if (taken === undefined) return;
  for (const [name, isOwn] of Object.entries(marks)) if (isOwn(await objectIn(join(folder, name)))) return;
  throw new RangeError(
    `${folder}: expected a folder of its own, or that of an earlier run, got one with ${taken}, which minimand did not write: name another --out`,
  );
}

/** Whether a run will replace results of another command, or their page. */
export async function replacesForeign(folder: string, { files, schema }: Written): Promise<boolean> {
  const replacesPage = files.includes("report.html") && found(join(folder, "report.html")) !== undefined;
  for (const name of ["results.json", "report.json"]) {
    if (!replacesPage && !files.includes(name)) continue;
    const results = await objectIn(join(folder, name));
    if (Object.keys(results).length > 0 && results.schema !== schema) return true;
  }
  return false;
}

/** The files by which the folder of a run is known. */
const marks: Record<string, (file: Record<string, unknown>) => boolean> = {
  "results.json": hasVersions,
  "report.json": hasVersions,
  "pretrained.json": hasVersions,
  "tuned.json": ({ rows, choices }) => Array.isArray(rows) && typeof choices === "object",
};

function hasVersions({ versions }: Record<string, unknown>): boolean {
  return typeof versions === "object" && versions !== null && "minimand" in versions;
}

async function objectIn(path: string): Promise<Record<string, unknown>> {
  try {
    const value: unknown = parseJson((await readRegular(path)).toString());
    return typeof value === "object" && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
