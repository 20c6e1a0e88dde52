import { existsSync } from "node:fs";
import { join } from "node:path";
import { type DataSource, type PapersData, papersData } from "@minimand/papers";
import { readRegular } from "../files/read-regular.ts";

/** Where files of data are: in a folder, or each at the path that its name has here. */
export type DataPlace = string | { readonly [name: string]: string };

/** A file of data, and where it was found. */
export interface FileInPlace extends DataSource {
  path: string;
  place: DataPlace;
}

/**
 * The data sets that a paper's card names, each file from the first place that has it.
 *
 * @param places searched in this order
 * @param names of the card
 */
export function dataInPlaces(
  places: readonly DataPlace[],
  names: readonly string[],
): PapersData<FileInPlace> {
  const folders = places.filter((place) => typeof place === "string");
  return papersData(
    async (files) => {
      const all = places.flatMap((place) => files.flatMap((name) => fileAt(place, name)));
      return all.find(({ path }) => existsSync(path)) ?? null;
    },
    names,
    `in ${folders.join(" or ")}, got no such file; --data names a folder that has it`,
  );
}

function fileAt(place: DataPlace, name: string): FileInPlace[] {
  const path = typeof place === "string" ? join(place, name) : Object.hasOwn(place, name) && place[name];
  return path === false ? [] : [{ place, name, path, bytes: () => readRegular(path) }];
}
