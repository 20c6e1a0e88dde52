import { DataError, type Dataset, gunzip, makeDataset, readTable, sha256Of } from "@minimand/compare";
import { readIdx } from "../idx.ts";
import type { Images, TrialHost } from "../reproduction.ts";
import { checkKnownImages, checkKnownTable } from "./known-sets.ts";

/** A file of data that is there: in a folder, or on a server. */
export interface DataSource {
  /** Its name at its place, as `images/NAME-images.idx3.gz`. */
  name: string;
  bytes(): Promise<Uint8Array>;
  /** Its SHA-256, where that is known without reading it. */
  sha256?: string;
}

/** Gives the file that has one of these names, of several that which is to be preferred; null if no file has one of them. */
export type FindData<File extends DataSource> = (names: readonly string[]) => Promise<File | null>;

/** A file that a reproduction read, named by its content. */
export interface SourceFile {
  file: string;
  sha256: string;
}

/** Data of a paper, read from wherever they are. */
export interface PapersData<File extends DataSource = DataSource>
  extends Required<Pick<TrialHost, "dataset" | "images" | "text">> {
  /** The files behind each name as they were found, none where a data set is absent. */
  files(): Promise<Record<string, (File & SourceFile)[]>>;
  /** The files behind each name, none where a data set is absent. */
  sources(): Promise<Record<string, SourceFile[]>>;
}

/**
 * The data sets that a paper's card names: tables as `NAME.csv.gz` with the column `target`, also in `classification/` and
 * `regression/`; images as `NAME-images.idx3.gz` and `NAME-labels.idx1.gz`, also in `images/`; texts as `NAME.txt.gz`, also in
 * `text/`. What is read is kept, as trials of one thread share it.
 *
 * @param find where the files are
 * @param names of the card: no other is given out, since they are what names a finished trial
 * @param absent says in words where a file was looked for that isn't there: `in FOLDER, got no such file`
 * @returns functions that reject with a RangeError where a name is unknown, a file absent, damaged or unlike the set of its name (the only kind of
 *   error that comes out of a worker thread as what it was)
 */
export function papersData<File extends DataSource>(
  find: FindData<File>,
  names: readonly string[],
  absent: string,
): PapersData<File> {
  const lookFor = (file: string, below: readonly string[]): Promise<File | null> =>
    find([file, ...below.map((folder) => `${folder}/${file}`)]);
  const found = async (name: string, file: string, below: readonly string[]): Promise<File> => {
    if (!names.includes(name))
      throw new RangeError(`data: expected a name on the paper's card (${names.join(", ")}), got '${name}'`);
    const there = await lookFor(file, below);
    if (there !== null) return there;
    throw new RangeError(`data: expected ${file} ${absent}`);
  };

  const files = async (): Promise<Record<string, (File & SourceFile)[]>> => {
    const all: Record<string, (File & SourceFile)[]> = {};
    for (const name of names) {
      const single =
        (await lookFor(tableFile(name), tableFolders)) ?? (await lookFor(textFile(name), textFolders));
      const own: (File | null)[] =
        single === null
          ? await Promise.all(imageFiles(name).map((file) => lookFor(file, imageFolders)))
          : [single];
      const there = own.filter((file) => file !== null);
      all[name] = there.length < own.length ? [] : await Promise.all(there.map(withSum));
    }
    return all;
  };

  return {
    dataset: kept(async (name: string): Promise<Dataset> => {
      const table = await found(name, tableFile(name), tableFolders);
      const bytes = await table.bytes();
      const file = baseOf(table);
      const dataset = await asRangeError(async () =>
        makeDataset(await readTable(bytes, { name: file }), { target: "target" }),
      );
      checkKnownTable(name, file, dataset);
      return dataset;
    }),
    images: kept(async (name: string): Promise<Images> => {
      const pair = imageFiles(name).map((file) => found(name, file, imageFolders));
      const [images, labels] = await Promise.all((await Promise.all(pair)).map(unpacked));
      const set = readIdx(images, labels, name);
      checkKnownImages(name, set);
      return set;
    }),
    text: kept(async (name: string): Promise<string> => {
      const text = await found(name, textFile(name), textFolders);
      return new TextDecoder().decode(await unpacked(text));
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

const tableFolders = ["classification", "regression"];
const imageFolders = ["images"];
const textFolders = ["text"];
const tableFile = (name: string): string => `${name}.csv.gz`;
const textFile = (name: string): string => `${name}.txt.gz`;
const imageFiles = (name: string): string[] => [`${name}-images.idx3.gz`, `${name}-labels.idx1.gz`];

/** Ten times as many bytes as the largest set of images of the papers has. */
const mostUnpacked = 2 ** 29;

const baseOf = ({ name }: DataSource): string => name.slice(name.lastIndexOf("/") + 1);

async function withSum<File extends DataSource>(file: File): Promise<File & SourceFile> {
  return { ...file, file: baseOf(file), sha256: file.sha256 ?? (await sha256Of(await file.bytes())) };
}

async function unpacked(file: DataSource): Promise<Uint8Array> {
  const bytes = await file.bytes();
  return asRangeError(() => gunzip(bytes, baseOf(file), mostUnpacked));
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
