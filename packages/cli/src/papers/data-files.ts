import { copyFile, link, rename, rm } from "node:fs/promises";
import { dirname, isAbsolute, join, normalize, sep } from "node:path";
import type { PapersData, SourceFile } from "@minimand/papers";
import { dataFolder } from "../files/bundled.ts";
import { makeFolder } from "../files/make-folder.ts";
import { temporaryFor } from "../files/temporary.ts";
import { dataInFolders, type FileInFolder, sha256OfFile } from "./data-in-folders.ts";

/** A file of data as another machine needs it: its content, and its name in a folder of data. */
export type DataFile = Pick<FileInFolder & SourceFile, "name" | "sha256">;

/**
 * The files of a paper's data that not every installation has: those that were found outside the bundled folder, but for copies of what
 * is there.
 *
 * @param bundled the folder that every installation has
 */
export async function dataFilesOf(
  data: PapersData<FileInFolder>,
  bundled = dataFolder(),
): Promise<(FileInFolder & SourceFile)[]> {
  const found = await data.files();
  const theirs = await dataInFolders([bundled], Object.keys(found)).files();
  return Object.entries(found).flatMap(([name, own]) =>
    own.filter(
      ({ folder, file, sha256 }) =>
        folder !== bundled && !theirs[name].some((one) => one.file === file && one.sha256 === sha256),
    ),
  );
}

/**
 * Lays files of data out in a folder, where `dataInFolders` finds them by their names: as hard links, or as copies where the folder is on
 * another disk. Two processes may do so at the same time.
 *
 * @param paths where each content lies, by its SHA-256
 * @throws RangeError for a name that leads out of the folder, for a content without a path, and for one that has another sum
 */
export async function layOutData(
  files: readonly DataFile[],
  paths: Readonly<Record<string, string>>,
  folder: string,
): Promise<void> {
  for (const { name, sha256 } of files) {
    const own = normalize(name);
    if (isAbsolute(own) || own.split(sep).includes("..") || own === ".")
      throw new RangeError(`data: expected the name of a file in its folder, got '${name}'`);
    const from = Object.hasOwn(paths, sha256) ? paths[sha256] : undefined;
    if (from === undefined) throw new RangeError(`${name}: expected a file with SHA-256 ${sha256}, got none`);
    await place(from, join(folder, own), sha256);
  }
}

async function place(from: string, to: string, sha256: string): Promise<void> {
  await makeFolder(dirname(to));
  const beside = temporaryFor(to);
  try {
    await link(from, beside).catch(() => copyFile(from, beside));
    const got = await sha256OfFile(beside);
    if (got !== sha256) throw new RangeError(`${to}: expected SHA-256 ${sha256}, got ${got}`);
    await rename(beside, to);
  } finally {
    // A rename of one link to a file onto another does nothing, and leaves both.
    await rm(beside, { force: true });
  }
}
