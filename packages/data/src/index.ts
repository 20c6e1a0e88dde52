import { readFileSync } from "node:fs";

/** A bundled table: a gzip-compressed CSV file with a header, whose last column is the target. */
export interface Table {
  /** `pima_diabetes`. */
  name: string;
  /** `pima_diabetes.csv.gz`, for {@link dataFile}. */
  file: string;
  task: "binary" | "multiclass" | "regression";
  /** Name of the target column. */
  target: string;
  rows: number;
  /** Number of input columns. */
  features: number;
  /** Names of the columns that hold text. */
  categorical: string[];
  /** Number of empty cells. */
  missing: number;
  /** Names of the classes 0, 1, ...; in a binary table, 1 is the smaller class. Empty for regression. */
  classes: string[];
  description: string;
  /** Package and version that the table was taken from. */
  source: string;
  /** Who published the data first. */
  original: string;
  /** What the source says of the licence; see `LICENSE-DATA.md`. */
  licence: string;
  /** SHA-256 of the compressed file, in hex. */
  sha256: string;
}

/** A bundled photograph: a PNG or JPEG file. */
export interface PhotographFile {
  name: string;
  /** `photographs/camera.png`, for {@link dataFile}. */
  file: string;
  width: number;
  height: number;
  /** 1 for grey, 3 for colour. */
  channels: 1 | 3;
  description: string;
  source: string;
  original: string;
  licence: string;
  sha256: string;
}

/**
 * Returns the address of a file of this package.
 *
 * @param path below the package's `files`, such as `iris.csv.gz` or `images/mnist-test-labels.idx1.gz`; default: that folder itself
 *
 * @example
 * const { dataFile } = await import("@minimand/data");
 * dataFile("iris.csv.gz").pathname.endsWith("/files/iris.csv.gz"); // true
 */
export function dataFile(path = ""): URL {
  return new URL(`../files/${path}`, import.meta.url);
}

/**
 * Lists the tables.
 *
 * @throws the error of the operating system where the package lacks its files
 *
 * @example
 * const { tables } = await import("@minimand/data");
 * tables().length; // 24
 */
export function tables(): Table[] {
  return indexOf("index.json");
}

/**
 * Lists the photographs.
 *
 * @throws the error of the operating system where the package lacks its files
 *
 * @example
 * const { photographs } = await import("@minimand/data");
 * photographs().length; // 9
 */
export function photographs(): PhotographFile[] {
  return indexOf<PhotographFile>("photographs/index.json").map((one) => ({
    ...one,
    file: `photographs/${one.file}`,
  }));
}

function indexOf<Entry>(path: string): Entry[] {
  return JSON.parse(readFileSync(dataFile(path), "utf8")) as Entry[];
}
