import { fileURLToPath } from "node:url";
import { dataFile, type Table, tables } from "@minimand/data";
import { UsageError } from "../failure.ts";

/** Folder of the bundled data. */
export function dataFolder(): string {
  return fileURLToPath(dataFile());
}

/**
 * Lists the bundled tables.
 *
 * @throws UsageError where the package of data lacks its files
 */
export function bundledTables(): Table[] {
  try {
    return tables();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    throw new UsageError(
      `${dataFolder()}: expected the files of @minimand/data, got none: 'npm install @minimand/data' brings them`,
    );
  }
}
