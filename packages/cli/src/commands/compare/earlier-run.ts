import { join } from "node:path";
import {
  areEarlierResults,
  type Earlier,
  type EarlierResults,
  earlierLook,
  type Settings,
} from "@minimand/compare";
import { parseJson } from "minimand/engine";
import { readRegular } from "../../files/read-regular.ts";

/** The last look of an earlier run of the same comparison in a folder, perhaps with another sample; null where there was none. */
export async function earlierRun(
  out: string,
  settings: Settings,
  sums: readonly string[],
): Promise<Earlier | null> {
  const earlier = await resultsIn(out);
  return earlier === "foreign" ? null : earlierLook(earlier, settings, sums);
}

/**
 * Reads the results of an earlier comparison in a folder.
 *
 * @returns `foreign` for those of another command; null where there are none, or the file holds no object of JSON
 */
export async function resultsIn(out: string): Promise<EarlierResults | "foreign" | null> {
  try {
    const value: unknown = parseJson((await readRegular(join(out, "results.json"))).toString());
    if (areEarlierResults(value)) return value;
    return typeof value === "object" && value !== null ? "foreign" : null;
  } catch {
    return null;
  }
}
