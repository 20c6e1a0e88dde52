import { join } from "node:path";
import { type Earlier, earlierLook, type Results, type Settings } from "@minimand/compare";
import { readRegular } from "../files/read-regular.ts";

/** The last look of an earlier run of the same comparison in a folder, perhaps with another sample; null where there was none. */
export async function earlierRun(
  out: string,
  settings: Settings,
  sums: readonly string[],
): Promise<Earlier | null> {
  return earlierLook(await resultsIn(out), settings, sums);
}

/** What `results.json` of a folder holds, whoever wrote it; null where it isn't there, or is no object of JSON. */
export async function resultsIn(out: string): Promise<Partial<Results> | null> {
  try {
    const value: unknown = JSON.parse((await readRegular(join(out, "results.json"))).toString());
    return typeof value === "object" ? value : null;
  } catch {
    return null;
  }
}
