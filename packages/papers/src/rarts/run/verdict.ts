import { graded, type Verdict, word } from "../../kit/evidence.ts";
import { type Estimate, signedPoints } from "../../kit/statistics.ts";
import type { SignedRank } from "./signed-rank.ts";

/** Two-sided; about what one standard error of a mean is. */
const level = 0.3;

/** How the cells of one order of RARTS compare; differences are paired, RARTS minus DARTS. */
export interface Found {
  order: string;
  /** Ranks of the chosen cells, or shares of errors where a space has no table: below is better. */
  toFirst: SignedRank;
  toSecond: SignedRank;
  /** Regrets, by whose means the first rule went. */
  mean: number;
  minusFirst: Estimate;
  minusSecond: Estimate;
}

/** The numbers that the rule of the card asks for. */
export interface Evidence {
  /** Largest distance from a closed-form limit, and largest rise of the objective of RARTS. */
  limitError: number;
  rise: number;
  /** Median milliseconds of a step. */
  milliseconds: { first: number; gaussSeidel: number; jacobi: number; second: number };
  found: Found[];
  /** Paired differences of accuracy for each width: RARTS minus network slimming. */
  widths: { keep: number; difference: Estimate }[];
}

/** (iii) of the card, and as it was first. */
const byRanks = ({ toFirst, toSecond }: Found): boolean =>
  toFirst.below >= toFirst.above && !(toSecond.above > toSecond.below && toSecond.p < level);
const byMeans = ({ minusFirst, minusSecond }: Found): boolean =>
  minusFirst.mean <= 0 && minusSecond.mean <= minusSecond.error;

/** The rule of the card. */
export function judge(e: Evidence): Verdict {
  const exact = e.limitError <= 1e-10 && e.rise <= 1e-12;
  const { first, gaussSeidel, jacobi, second } = e.milliseconds;
  const cheaper = first < gaussSeidel && gaussSeidel < second && jacobi <= second / 2;
  const narrow = e.widths.every(({ difference }) => difference.mean >= -difference.error);
  const verdictBy = (finds: (found: Found) => boolean): Verdict["verdict"] =>
    graded(exact && cheaper && narrow && e.found.every(finds), exact && e.found.some(finds));
  const points = ({ mean, error }: Estimate): string =>
    `${signedPoints(mean, 2)} ± ${(100 * error).toFixed(2)}`;
  const share = (ms: number): string => `${Math.round((100 * ms) / second)} %`;
  const sides = ({ below, above, p }: SignedRank): string =>
    `better on ${below} and worse on ${above} seeds (p ${p.toFixed(2)})`;
  const because =
    `(i) ${word(exact)}: at most ${e.limitError.toExponential(1)} from the limits, the objective rises by at most ${e.rise.toExponential(1)}. ` +
    `(ii) ${word(cheaper)}: a step takes ${share(gaussSeidel)} (Gauss-Seidel) and ${share(jacobi)} (Jacobi) of one of second-order DARTS, first order ${share(first)}. ` +
    `(iii) ${e.found
      .map(
        (found) =>
          `${found.order} ${word(byRanks(found))}: against first order ${sides(found.toFirst)}, against second order ${sides(found.toSecond)}`,
      )
      .join("; ")}. ` +
    `(iv) ${word(narrow)}: ${e.widths
      .map(({ keep, difference }) => `${points(difference)} points to network slimming with ${keep} channels`)
      .join(", ")}. ` +
    `By the means of the first rule (${e.found
      .map(
        ({ order, minusFirst, minusSecond }) =>
          `${order} ${points(minusFirst)} points to first order, ${points(minusSecond)} to second`,
      )
      .join("; ")}): ${verdictBy(byMeans)}.`;
  return { verdict: verdictBy(byRanks), because };
}
