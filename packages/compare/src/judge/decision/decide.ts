import { checkNumber } from "minimand/engine";
import { groupSums } from "./components.ts";
import { maxT } from "./max-t.ts";
import type { PairedFits } from "./paired-fits.ts";
import { type DifferenceTest, oneSided, testDifference } from "./test-difference.ts";

/** A candidate of the family: all that are ranked, without the baseline and without references. */
export interface Contender {
  id: string;
  /** Trained on all seeds; the others on the first one only. */
  finalist: boolean;
  /** Differences to the baseline, larger is better, the first seed first; null where a fit diverged. */
  fits: PairedFits | null;
}

/**
 * What is found about a candidate. `not pursued`: no finalist, so that it was not examined closely enough to be called better. `undecided`:
 * these data are too few to decide.
 */
export type Finding = "better" | "worse" | "same" | "undecided" | "not pursued" | "diverged";

/** A candidate's test, and what it amounts to among all candidates. */
export interface Decision {
  id: string;
  finding: Finding;
  /** Null where it diverged, or where nothing can be said of its fits. */
  test: DifferenceTest | null;
  /** One-sided p-values that hold for the whole family. */
  better: number;
  worse: number;
  /** `min(1, 2 min(better, worse))`, to be shown. */
  pAdjusted: number;
}

/** From which posterior probability on a difference is of no practical size. */
const practicallySure = 0.95;

/**
 * Decides about all candidates together, each direction at a family-wise level of alpha / 2. How near the chance of a false finding
 * is to that depends on how well fits of few seeds show their variance; it isn't guaranteed.
 *
 * - `same`: the difference is within the region of practical equivalence with probability 0.95
 * - `better`: a finalist of which the p-value, adjusted for all candidates by `maxT`, is below alpha / 2. Choosing finalists
 *   by the rows that they are judged on does no harm: the family is all candidates, and leaving some out only removes findings
 * - `worse`: the same in the other direction, for every candidate
 *
 * @param contenders the family, baseline and references left out
 * @param options `rope` of the metric, and `alpha`, the chance of a false finding in either direction, in (0, 1)
 * @throws RangeError for a rope below 0 or an alpha outside of (0, 1)
 */
export function decide(
  contenders: readonly Contender[],
  options: { rope: number; alpha: number },
): Decision[] {
  const { rope, alpha } = options;
  checkNumber("rope", rope, { min: 0 });
  checkNumber("alpha", alpha, { above: 0, below: 1 });
  const tests = contenders.map(({ fits }) => (fits === null ? null : testDifference(fits, { rope })));
  const size = contenders.find(({ fits }) => fits !== null)?.fits?.psi[0].length ?? 0;
  const influences = contenders.map(({ fits }) => (fits === null ? new Float64Array(size) : firstSeed(fits)));
  const adjust = maxT(influences);
  const adjusted = (side: "better" | "worse"): number[] =>
    adjust(tests.map((test) => (test === null || test.se === 0 ? 1 : oneSided(test, side))));
  const [better, worse] = [adjusted("better"), adjusted("worse")];
  return contenders.map(({ id, finalist, fits }, j): Decision => {
    const test = tests[j];
    const finding = ((): Finding => {
      if (fits === null) return "diverged";
      // One seed on a test file has no test.
      if (test === null) return finalist || fits.folds > 1 ? "undecided" : "not pursued";
      if (test.pSame >= practicallySure) return "same";
      if (finalist && better[j] < alpha / 2) return "better";
      if (worse[j] < alpha / 2) return "worse";
      return finalist ? "undecided" : "not pursued";
    })();
    const pAdjusted = Math.min(1, 2 * Math.min(better[j], worse[j]));
    return { id, finding, test, better: better[j], worse: worse[j], pAdjusted };
  });
}

/** What each row, or group of rows, contributes to the difference of the first seed. */
function firstSeed({ psi, groups }: PairedFits): ArrayLike<number> {
  if (groups === null) return psi[0];
  return groupSums(psi[0], groups, 1 + Array.from(groups).reduce((a, b) => Math.max(a, b), 0));
}

/** Finalists of a data set, at most. */
export const mostFinalists = 5;

/**
 * Returns the finalists: the candidates with the largest sum of mean outer and mean inner-validation difference on the first seed.
 *
 * @param candidates differences to the baseline, larger is better; NaN for one that diverged
 * @returns ids of at most `most`, from the largest sum on
 */
export function finalistsOf(
  candidates: readonly { id: string; outer: number; inner: number }[],
  most = mostFinalists,
): string[] {
  return candidates
    .map(({ id, outer, inner }) => ({ id, sum: outer + inner }))
    .filter(({ sum }) => Number.isFinite(sum))
    .sort((a, b) => b.sum - a.sum)
    .slice(0, most)
    .map(({ id }) => id);
}
