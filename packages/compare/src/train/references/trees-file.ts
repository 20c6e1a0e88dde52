import { DataError } from "../../data-error.ts";
import { packFiles, unpackFiles } from "./archive.ts";
import type { Trees } from "./trees.ts";

const schema = "minimand.trees/1";

/** Trees as the bytes of one file. */
export function writeTrees({ models, ...about }: Trees): Uint8Array {
  const files = models.flatMap((model, i) =>
    [...model].map(([name, bytes]): [string, Uint8Array] => [`${i}/${name}`, bytes]),
  );
  return packFiles({ schema, ...about, models: models.length }, new Map(files));
}

/**
 * Trees from the bytes that {@link writeTrees} gave. Whether the library can read them shows when they predict.
 *
 * @param place the path of the file, for messages
 * @throws DataError for a file that is cut off or another one
 */
export function readTrees(bytes: Uint8Array, place: string): Trees {
  const unpacked = unpackFiles(bytes);
  const read = unpacked === null ? null : treesIn(unpacked.about, unpacked.files);
  if (read === null)
    throw new DataError(
      `${place}: expected trees (${schema}), got something else, or a file that is cut off`,
    );
  return read;
}

/** The file may come from somebody else: what it says of itself has to fit what is in it. */
function treesIn(about: Record<string, unknown>, files: ReadonlyMap<string, Uint8Array>): Trees | null {
  const { task, classes, scales, target, only, models } = about as Partial<Omit<Trees, "models">> & {
    models?: number;
  };
  if (about.schema !== schema || task === undefined || classes === undefined || only === undefined)
    return null;
  if (!isScale(target) || !Array.isArray(scales)) return null;
  if (!scales.every((scale: unknown) => scale === null || isScale(scale))) return null;
  const own = new Map<string, Map<string, Uint8Array>>();
  for (const [name, content] of files) {
    // Neither '.' nor '..' is a file, and no name of the library is long.
    const [, model, file] = /^(\d{1,9})\/(\w[\w.-]{0,99})$/.exec(name) ?? [];
    if (model === undefined || file === undefined) return null;
    own.set(model, (own.get(model) ?? new Map<string, Uint8Array>()).set(file, content));
  }
  // A single class needs no model.
  const isOnly = typeof only === "number" && Number.isInteger(only) && only >= 0 && only < classes;
  if (only === null ? own.size === 0 : !isOnly) return null;
  const all = Array.from({ length: own.size }, (_, i) => own.get(`${i}`));
  if (models !== own.size || !all.every((model) => model !== undefined)) return null;
  return { task, classes, scales, target, only, models: all };
}

function isScale(value: unknown): value is { mean: number; sd: number } {
  const { mean, sd } = (value ?? {}) as Record<string, unknown>;
  return typeof mean === "number" && typeof sd === "number";
}
