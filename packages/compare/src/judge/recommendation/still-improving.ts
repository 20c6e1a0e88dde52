import type { Settings, TrialRecord } from "../../results.ts";

/** Fits of a candidate that ended at the limit of epochs, of all that finished. */
export interface Improving {
  candidate: string;
  fits: number;
  of: number;
}

/** Fewer than this share of a candidate's fits is not worth a sentence. */
const leastShare = 0.25;

/**
 * Returns candidates of which many fits ended at the limit of epochs while they still improved: their best epoch is so late that they would
 * have gone on without the limit.
 *
 * @param trials of all candidates
 * @param candidates of which it is asked
 */
export function stillImproving(
  trials: readonly Pick<TrialRecord, "candidate" | "status" | "curve" | "epochs">[],
  candidates: readonly string[],
  { maxEpochs, patience }: Pick<Settings, "maxEpochs" | "patience">,
): Improving[] {
  return candidates.flatMap((candidate) => {
    const own = trials.filter((trial) => trial.candidate === candidate && trial.status === "ok");
    const late = own.filter(
      ({ curve, epochs }) => curve.length === maxEpochs && epochs > maxEpochs - patience,
    );
    const found = { candidate, fits: late.length, of: own.length };
    return found.of > 0 && found.fits >= leastShare * found.of ? [found] : [];
  });
}
