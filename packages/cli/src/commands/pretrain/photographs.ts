import { fileURLToPath } from "node:url";
import { dataFile, photographs } from "@minimand/data";
import type { Photograph } from "@minimand/papers";
import { suggest } from "minimand/engine";
import { readPicture } from "../../pictures/read-picture.ts";

/**
 * Decodes a bundled photograph.
 *
 * @throws RangeError for an unknown name, with the nearest known one
 */
export async function bundledPhotograph(name: string): Promise<Photograph> {
  const all = photographs();
  const found = all.find((one) => one.name === name);
  if (found !== undefined) return readPicture(fileURLToPath(dataFile(found.file)));
  const names = all.map((one) => one.name);
  const near = suggest(name, names);
  const hint = near === null ? "" : `: did you mean '${near}'?`;
  throw new RangeError(`photograph: expected one of ${names.join(", ")}, got '${name}'${hint}`);
}
