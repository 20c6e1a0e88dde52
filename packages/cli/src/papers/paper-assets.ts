import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { TrialHost } from "@minimand/papers";
import { readRegular } from "../files/read-regular.ts";

/**
 * Files of a paper's own folder in the package of papers, as its frozen models.
 *
 * @returns a function that rejects with a RangeError for a file that isn't there
 */
export function paperAssets(slug: string): Required<Pick<TrialHost, "asset">>["asset"] {
  const folder = join(dirname(fileURLToPath(import.meta.resolve("@minimand/papers"))), slug);
  return async (path) => {
    try {
      return new Uint8Array(await readRegular(join(folder, path)));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
      throw new RangeError(`${slug}: expected the file ${path} in the package of papers, got no such file`);
    }
  };
}
