import { existsSync, statSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { nameOfFile } from "@minimand/compare";
import { dataFile } from "@minimand/data";
import { suggest } from "minimand/engine";
import { UsageError } from "../failure.ts";
import { bundledTables } from "./bundled.ts";
import { readBytes } from "./read-bytes.ts";

/** The bytes of a data argument: a path, a bundled name, or `-` for stdin. */
export interface Input {
  /** Short name for titles: `pima_diabetes`. */
  name: string;
  /** As given; `stdin` for `-`. */
  source: string;
  bytes: Uint8Array;
  sha256: string;
}

/**
 * Reads a data argument. A file wins over a bundled name, a bundled name over a folder.
 *
 * @throws UsageError for a name that is none, and for more bytes than the memory suffices for
 */
export async function readInput(source: string): Promise<Input> {
  if (source === "-") return { name: "stdin", source: "stdin", ...(await readBytes(process.stdin, "stdin")) };
  const [name, path] = placeOf(source);
  return { name, source, ...(await readBytes(path, source)) };
}

/** The column that a bundled data set is about; undefined for anything else. */
export function bundledTarget(source: string): string | undefined {
  return isFile(source) ? undefined : bundledTables().find((entry) => entry.name === source)?.target;
}

function placeOf(source: string): [name: string, path: string] {
  if (isFile(source)) return [nameOfFile(basename(source)), source];
  const bundled = bundledTables();
  const found = bundled.find((entry) => entry.name === source);
  if (found !== undefined) return [found.name, fileURLToPath(dataFile(found.file))];
  if (existsSync(source)) throw new UsageError(`${source}: expected a file, got a folder`);
  const near = suggest(
    source,
    bundled.map((entry) => entry.name),
  );
  const hint =
    near === null ? "'minimand data' lists the bundled ones" : `did you mean the bundled '${near}'?`;
  throw new UsageError(`${source}: no such file and no bundled data set of this name; ${hint}`);
}

function isFile(path: string): boolean {
  const found = statSync(path, { throwIfNoEntry: false });
  return found !== undefined && !found.isDirectory();
}
