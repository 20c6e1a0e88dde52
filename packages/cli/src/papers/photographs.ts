import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Photograph } from "@minimand/papers";
import { suggest } from "minimand/engine";
import { dataFolder } from "../files/input.ts";
import { readPicture } from "../pictures/read-picture.ts";

/** A photograph that comes with the project, as `data/photographs/index.json` describes it. */
export interface BundledPhotograph {
  name: string;
  file: string;
  width: number;
  height: number;
  channels: 1 | 3;
}

/**
 * Decodes a photograph that comes with the project.
 *
 * @throws RangeError for a name that is none of theirs, or where the package was installed without them
 */
export async function bundledPhotograph(name: string): Promise<Photograph> {
  const folder = join(dataFolder(), "photographs");
  const file = join(folder, "index.json");
  const index = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as BundledPhotograph[]) : [];
  const found = index.find((one) => one.name === name);
  if (found !== undefined) return readPicture(join(folder, found.file));
  const names = index.map((one) => one.name);
  const near = suggest(name, names);
  const hint = near === null ? "" : `: did you mean '${near}'?`;
  throw new RangeError(
    `photograph: expected one of those in ${folder} (${names.join(", ") || "there are none"}), got '${name}'${hint}`,
  );
}
