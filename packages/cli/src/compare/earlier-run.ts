import { join } from "node:path";
import {
  areEarlierResults,
  type Earlier,
  type EarlierResults,
  earlierLook,
  type Settings,
} from "@minimand/compare";
import { parseJson } from "minimand/engine";
import { readRegular } from "../files/read-regular.ts";

/** The last look of an earlier run of the same comparison in a folder, perhaps with another sample; null where there was none. */
export async function earlierRun(
  out: string,
  settings: Settings,
  sums: readonly string[],
): Promise<Earlier | null> {
  return earlierLook(await resultsIn(out), settings, sums);
}

/** Reads the results of an earlier comparison in a folder; null where there are none. */
export async function resultsIn(out: string): Promise<EarlierResults | null> {
  try {
    const value: unknown = parseJson((await readRegular(join(out, "results.json"))).toString());
    return areEarlierResults(value) ? value : null;
  } catch {
    return null;
  }
}
