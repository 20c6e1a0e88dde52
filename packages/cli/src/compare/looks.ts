import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Results, Settings } from "@minimand/compare";

/** With which alpha a run tests, and what is left of it for one that continues. */
export interface Look {
  alpha: number;
  left: number;
}

/**
 * Every look at the same comparison spends a part of alpha: one that a budget has cut half of what is left, one that is complete all
 * of it. So the levels of all of them add up to alpha.
 *
 * @param left what earlier runs have left, see {@link earlierRun}
 */
export function lookAt(left: number, cut: boolean): Look {
  return cut ? { alpha: left / 2, left: left / 2 } : { alpha: left, left: 0 };
}

/** What an earlier run in the folder has left, which a budget had cut: of alpha, and with which rows it went. */
export interface Earlier {
  alphaLeft: number;
  sample: number | null;
}

/** The earlier run of the same comparison that was cut; null where there was none. Its sample may be another. */
export async function earlierRun(
  out: string,
  settings: Settings,
  sums: readonly string[],
): Promise<Earlier | null> {
  const text = await readFile(join(out, "results.json"), "utf8").catch(() => null);
  const earlier = text === null ? null : parsed(text);
  if (earlier?.cut === undefined || earlier.settings === undefined || !Array.isArray(earlier.datasets))
    return null;
  const { sample } = earlier.settings;
  const same =
    JSON.stringify(earlier.settings) === JSON.stringify({ ...settings, sample }) &&
    JSON.stringify(earlier.datasets.map(({ sha256 }) => sha256)) === JSON.stringify(sums);
  return same ? { alphaLeft: earlier.cut.alphaLeft, sample } : null;
}

function parsed(text: string): Partial<Results> | null {
  try {
    return JSON.parse(text) as Partial<Results> | null;
  } catch {
    return null;
  }
}
