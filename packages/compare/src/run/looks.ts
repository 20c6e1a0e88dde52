import * as v from "valibot";
import type { Settings } from "../results.ts";
import { fits, shape } from "../shape.ts";

/** With which alpha a run tests, and what is left of it for one that continues. */
export interface Look {
  alpha: number;
  left: number;
}

/**
 * What a look sees: how many trials (of folds and seeds that are complete), on how many rows at most (null: all), and whether others are
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
 * Returns the part of alpha that a look at a comparison spends: one that a budget has cut half of what is left, one that is complete all of
 * it. So the levels of all of them add up to alpha. A run that sees what the one before it saw, the same trials on the same rows, is the
 * same look: its level stays, nothing is spent, and it says the same. In one store trials are only added, so that their number identifies
 * them.
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

/** What a run reads of the results that an earlier one left, perhaps of another version. */
export interface EarlierResults {
  settings: Partial<Settings>;
  datasets: { name: string; sha256: string; ranking?: { alpha: number } }[];
  ownModel?: { id: string };
  cut?: { trials: number; alphaLeft: number };
}

const earlierShape = shape<EarlierResults>({
  // Settings are only compared, as JSON.
  settings: v.looseObject({ sample: v.optional(v.nullable(v.number())) }),
  datasets: v.array(
    shape<EarlierResults["datasets"][number]>({
      name: v.string(),
      sha256: v.string(),
      ranking: v.optional(shape<{ alpha: number }>({ alpha: v.number() })),
    }),
  ),
  ownModel: v.optional(shape<{ id: string }>({ id: v.string() })),
  cut: v.optional(shape<NonNullable<EarlierResults["cut"]>>({ trials: v.number(), alphaLeft: v.number() })),
});

/** Whether a value that was read from an output folder holds the results of a comparison. */
export const areEarlierResults = (value: unknown): value is EarlierResults => fits(earlierShape, value);

/**
 * Returns the last look of an earlier run of the same comparison, perhaps with another sample; null where there was none.
 *
 * @param earlier results of the comparison that the folder had before
 * @param sums SHA-256 of each data set
 */
export function earlierLook(
  earlier: EarlierResults | null,
  settings: Settings,
  sums: readonly string[],
): Earlier | null {
  if (earlier === null) return null;
  const { cut } = earlier;
  const { sample } = earlier.settings;
  const same =
    JSON.stringify(earlier.settings) === JSON.stringify({ ...settings, sample }) &&
    JSON.stringify(earlier.datasets.map(({ sha256 }) => sha256)) === JSON.stringify(sums);
  const alpha = earlier.datasets[0]?.ranking?.alpha;
  if (!same || alpha === undefined) return null;
  return {
    alpha,
    left: cut?.alphaLeft ?? 0,
    trials: cut?.trials ?? null,
    sample: sample ?? null,
    cut: cut !== undefined,
  };
}
