import { graded, type Verdict, word } from "../kit/evidence.ts";
import { type Estimate, signedPoints } from "../kit/statistics.ts";

/** The numbers that the rule of the card asks for. */
export interface Evidence {
  /** Largest distance from a closed-form limit, and largest rise of the objective of RARTS. */
  limitError: number;
  rise: number;
  /** Median milliseconds of a step. */
  milliseconds: { first: number; gaussSeidel: number; jacobi: number; second: number };
  /** Regret of each order of RARTS, and paired differences of regret: RARTS minus DARTS. */
  regret: { order: string; mean: number; minusFirst: Estimate; minusSecond: Estimate }[];
  /** Paired differences of accuracy for each width: RARTS minus network slimming. */
  widths: { keep: number; difference: Estimate }[];
}

/** The rule of the card. */
export function judge(e: Evidence): Verdict {
  const exact = e.limitError <= 1e-10 && e.rise <= 1e-12;
  const { first, gaussSeidel, jacobi, second } = e.milliseconds;
  const cheaper = first < gaussSeidel && gaussSeidel < second && jacobi <= second / 2;
  const found = e.regret.map(
    ({ minusFirst, minusSecond }) => minusFirst.mean <= 0 && minusSecond.mean <= minusSecond.error,
  );
  const narrow = e.widths.every(({ difference }) => difference.mean >= -difference.error);
  const all = exact && cheaper && narrow && found.every((holds) => holds);
  const verdict = graded(all, exact && found.some((holds) => holds));
  const points = ({ mean, error }: Estimate): string =>
    `${signedPoints(mean, 2)} ± ${(100 * error).toFixed(2)}`;
  const share = (ms: number): string => `${Math.round((100 * ms) / second)} %`;
  const because =
    `(i) ${word(exact)}: at most ${e.limitError.toExponential(1)} from the limits, the objective rises by at most ${e.rise.toExponential(1)}. ` +
    `(ii) ${word(cheaper)}: a step takes ${share(gaussSeidel)} (Gauss-Seidel) and ${share(jacobi)} (Jacobi) of one of second-order DARTS, first order ${share(first)}. ` +
    `(iii) ${e.regret
      .map(
        ({ order, mean, minusFirst, minusSecond }, i) =>
          `${order} ${word(found[i])}: regret ${(100 * mean).toFixed(2)} points, ${points(minusFirst)} to first order, ${points(minusSecond)} to second order`,
      )
      .join("; ")}. ` +
    `(iv) ${word(narrow)}: ${e.widths
      .map(({ keep, difference }) => `${points(difference)} points to network slimming with ${keep} channels`)
      .join(", ")}.`;
  return { verdict, because };
}
