import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type DataSource, type PapersData, papersData } from "@minimand/papers";

/** A file of data, and where it was found. */
export interface FileInFolder extends DataSource {
  path: string;
  folder: string;
}

/**
 * The data sets that a paper's card names, each file from the first folder that has it.
 *
 * @param folders searched in this order
 * @param names of the card
 */
export function dataInFolders(
  folders: readonly string[],
  names: readonly string[],
): PapersData<FileInFolder> {
  return papersData(
    async (files) => {
      const places = folders.flatMap((folder) => files.map((name) => placeOf(folder, name)));
      return places.find(({ path }) => existsSync(path)) ?? null;
    },
    names,
    `in ${folders.join(" or ")}, got no such file; --data names a folder that has it`,
  );
}

function placeOf(folder: string, name: string): FileInFolder {
  const path = join(folder, name);
  return { folder, name, path, bytes: async () => new Uint8Array(await readFile(path)) };
}

/** SHA-256 of a file's content. */
export async function sha256OfFile(path: string): Promise<string> {
  return createHash("sha256")
    .update(await readFile(path))
    .digest("hex");
}
