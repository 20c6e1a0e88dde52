import type { PapersData, SourceFile } from "@minimand/papers";
import { dataFolder } from "../files/bundled.ts";
import { dataInPlaces, type FileInPlace } from "./data-in-places.ts";

/**
 * The files of a paper's data that not every installation has: those that were found outside the bundled folder, but for copies of what
 * is there.
 *
 * @param bundled the folder that every installation has
 */
export async function dataFilesOf(
  data: PapersData<FileInPlace>,
  bundled = dataFolder(),
): Promise<(FileInPlace & SourceFile)[]> {
  const found = await data.files();
  const theirs = await dataInPlaces([bundled], Object.keys(found)).files();
  return Object.entries(found).flatMap(([name, own]) =>
    own.filter(
      ({ place, file, sha256 }) =>
        place !== bundled && !theirs[name].some((one) => one.file === file && one.sha256 === sha256),
    ),
  );
}
