import type { Results, Settings } from "../results.ts";

/** With which alpha a run tests, and what is left of it for one that continues. */
export interface Look {
  alpha: number;
  left: number;
}

/**
 * What a look sees: how many trials (of folds and seeds that are complete), on so many rows at most (null: all), and whether others are
 * missing.
 */
export interface Seen {
  trials: number;
  sample: number | null;
  cut: boolean;
}

/** A look of an earlier run in the folder. */
export type Earlier = Look & Omit<Seen, "trials"> & { trials: number | null };

/**
 * Every look at the same comparison spends a part of alpha: one that a budget has cut half of what is left, one that is complete all
 * of it. So the levels of all of them add up to alpha. A run that sees what the one before it saw, the same trials on the same rows, is the
 * same look: its level stands, nothing is spent, and it says the same. In one store trials are only added, so that their number tells.
 *
 * A look that was complete has spent all; where its trials are gone, the level that it had is there again for those that replace them.
 *
 * @param earlier see {@link earlierLook}; null for the first look
 * @param whole alpha of all looks
 */
export function lookAt(earlier: Earlier | null, { trials, sample, cut }: Seen, whole: number): Look {
  if (earlier?.cut && cut && earlier.trials === trials && earlier.sample === sample) {
    const { alpha, left } = earlier;
    return { alpha, left };
  }
  const left = earlier === null ? whole : earlier.cut ? earlier.left : earlier.alpha;
  return cut ? { alpha: left / 2, left: left / 2 } : { alpha: left, left: 0 };
}

/**
 * The last look of an earlier run of the same comparison, perhaps with another sample; null where there was none.
 *
 * @param earlier results of whatever run was there before
 * @param sums SHA-256 of each data set
 */
export function earlierLook(
  earlier: Partial<Results> | null,
  settings: Settings,
  sums: readonly string[],
): Earlier | null {
  if (!earlier?.settings || !Array.isArray(earlier.datasets)) return null;
  const { sample } = earlier.settings;
  const same =
    JSON.stringify(earlier.settings) === JSON.stringify({ ...settings, sample }) &&
    JSON.stringify(earlier.datasets.map(({ sha256 }) => sha256)) === JSON.stringify(sums);
  if (!same) return null;
  const { alpha } = earlier.datasets[0].ranking;
  const { cut } = earlier;
  return { alpha, left: cut?.alphaLeft ?? 0, trials: cut?.trials ?? null, sample, cut: cut !== undefined };
}
