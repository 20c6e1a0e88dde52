import { DataError } from "../table/data-error.ts";
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
  if (unpacked === null || unpacked.about.schema !== schema)
    throw new DataError(
      `${place}: expected trees (${schema}), got something else, or a file that is cut off`,
    );
  const {
    schema: _,
    models,
    ...about
  } = unpacked.about as Omit<Trees, "models"> & {
    schema: string;
    models: number;
  };
  const own = Array.from({ length: models }, (_, i) => {
    const start = `${i}/`;
    const files = [...unpacked.files].filter(([name]) => name.startsWith(start));
    return new Map(files.map(([name, content]) => [name.slice(start.length), content]));
  });
  return { ...about, models: own };
}
