import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { gunzipSync } from "node:zlib";
import { DataError, type Dataset, makeDataset, readTable } from "@minimand/compare";
import { type Images, readIdx, type TrialHost } from "@minimand/papers";

/** A file that a reproduction read, named by its content. */
export interface SourceFile {
  file: string;
  sha256: string;
}

/** Where it was found. */
export interface FoundFile extends SourceFile {
  path: string;
  /** Below the folder that has it, as `images/NAME-images.idx3.gz`. */
  name: string;
  folder: string;
}

/** Data of a paper, read from folders. */
export interface PapersData extends Required<Pick<TrialHost, "dataset" | "images" | "text">> {
  /** The files behind each name with their places, none where a data set is absent. */
  files(): Promise<Record<string, FoundFile[]>>;
  /** The files behind each name, none where a data set is absent. */
  sources(): Promise<Record<string, SourceFile[]>>;
}

/**
 * The data sets that a paper's card names, from the first folder that has them: tables as `NAME.csv.gz` with the column
 * `target`, also in `classification/` and `regression/`; images as `NAME-images.idx3.gz` and `NAME-labels.idx1.gz`, also
 * in `images/`; texts as `NAME.txt.gz`, also in `text/`. What is read is kept, as trials of one thread share it.
 *
 * @param folders searched in this order
 * @param names of the card: no other is given out, since they are what names a finished trial
 * @returns functions that reject with a RangeError where a name is unknown, a file absent or damaged (the only kind of
 *   error that comes out of a worker thread as what it was)
 */
export function papersData(folders: readonly string[], names: readonly string[]): PapersData {
  const find = (file: string, below: readonly string[]): Place | null => {
    const places = folders.flatMap((folder) =>
      ["", ...below].map((sub) => ({ folder, name: sub === "" ? file : `${sub}/${file}` })),
    );
    return places.find((place) => existsSync(pathOf(place))) ?? null;
  };
  const require = (name: string, file: string, below: readonly string[]): string => {
    if (!names.includes(name))
      throw new RangeError(`data: expected a name on the paper's card (${names.join(", ")}), got '${name}'`);
    const place = find(file, below);
    if (place !== null) return pathOf(place);
    throw new RangeError(
      `data: expected ${file} in ${folders.join(" or ")}, got no such file; --data names a folder that has it`,
    );
  };
  const table = (name: string) => require(name, tableFile(name), tableFolders);
  const pictures = (name: string) => imageFiles(name).map((file) => require(name, file, imageFolders));

  const files = async (): Promise<Record<string, FoundFile[]>> => {
    const found: Record<string, FoundFile[]> = {};
    for (const name of names) {
      const wholeTable = find(tableFile(name), tableFolders);
      const text = find(textFile(name), textFolders);
      const images = imageFiles(name).map((file) => find(file, imageFolders));
      const places = wholeTable !== null ? [wholeTable] : text !== null ? [text] : images;
      found[name] = places.includes(null)
        ? []
        : await Promise.all(places.filter((p) => p !== null).map(foundAt));
    }
    return found;
  };

  return {
    dataset: kept(async (name: string): Promise<Dataset> => {
      const path = table(name);
      const bytes = new Uint8Array(await readFile(path));
      return asRangeError(async () =>
        makeDataset(await readTable(bytes, { name: basename(path) }), { target: "target" }),
      );
    }),
    images: kept(async (name: string): Promise<Images> => {
      const [images, labels] = await Promise.all(pictures(name).map(unpacked));
      return readIdx(images, labels, name);
    }),
    text: kept(async (name: string): Promise<string> => {
      const path = require(name, textFile(name), textFolders);
      return new TextDecoder().decode(await unpacked(path));
    }),
    files,
    async sources() {
      const all = Object.entries(await files());
      return Object.fromEntries(
        all.map(([name, own]) => [name, own.map(({ file, sha256 }): SourceFile => ({ file, sha256 }))]),
      );
    },
  };
}

/** A file that is there. */
type Place = Pick<FoundFile, "folder" | "name">;

const pathOf = ({ folder, name }: Place): string => join(folder, name);

const tableFolders = ["classification", "regression"];
const imageFolders = ["images"];
const textFolders = ["text"];
const tableFile = (name: string): string => `${name}.csv.gz`;
const textFile = (name: string): string => `${name}.txt.gz`;
const imageFiles = (name: string): string[] => [`${name}-images.idx3.gz`, `${name}-labels.idx1.gz`];

async function foundAt(place: Place): Promise<FoundFile> {
  const path = pathOf(place);
  return { file: basename(path), sha256: await sha256Of(path), path, ...place };
}

/** SHA-256 of a file's content. */
export async function sha256Of(path: string): Promise<string> {
  return createHash("sha256")
    .update(await readFile(path))
    .digest("hex");
}

async function unpacked(path: string): Promise<Uint8Array> {
  const bytes = await readFile(path);
  try {
    return new Uint8Array(gunzipSync(bytes));
  } catch {
    throw new RangeError(`${basename(path)}: expected a whole gzip file, got damaged or cut-off data`);
  }
}

async function asRangeError<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    throw error instanceof DataError ? new RangeError(error.message, { cause: error }) : error;
  }
}

function kept<T>(read: (name: string) => Promise<T>): (name: string) => Promise<T> {
  const known: Record<string, Promise<T>> = Object.create(null);
  return (name) => {
    known[name] ??= read(name);
    return known[name];
  };
}
