import { graded, type Verdict, word } from "../../kit/evidence.ts";
import { difference, mean, signedPoints } from "../../kit/statistics.ts";

/** The numbers that the rule of the card asks for, a list over the same seeds each. */
export interface Evidence {
  /** Accuracies at 2 bits. */
  ptq: readonly number[];
  hard: readonly number[];
  both: readonly number[];
  /** Means over the widths. */
  bothMean: readonly number[];
  singleMean: readonly number[];
  /** Kurtosis of the weights. */
  kurtosis: { hard: readonly number[]; both: readonly number[] };
}

/** The rule of the card. */
export function judge({ ptq, hard, both, bothMean, singleMean, kurtosis }: Evidence): Verdict {
  const [overHard, overPtq] = [difference(both, hard), difference(both, ptq)];
  const overSingle = difference(bothMean, singleMean);
  const off = (values: readonly number[]): number => Math.abs(mean(values) - 1.8);
  const a = overHard.mean >= -overHard.error;
  const b = overPtq.mean >= 0.03;
  const c = overSingle.mean >= -0.01;
  const d = off(kurtosis.both) < off(kurtosis.hard);
  const points = ({ mean, error }: typeof overHard): string =>
    `${signedPoints(mean)} points (standard error ${(100 * error).toFixed(1)})`;
  const resolved = Math.abs(overHard.mean) < 2 * overHard.error ? ", not resolved" : "";
  const because =
    `(A) ${word(a)}: at 2 bits guidance and flat weights are ${points(overHard)} over hard labels${resolved}. ` +
    `(B) ${word(b)}: ${points(overPtq)} over quantisation after training. ` +
    `(C) ${word(c)}: the mean over the widths is ${points(overSingle)} over networks of one width each. ` +
    `(D) ${word(d)}: kurtosis ${mean(kurtosis.both).toFixed(2)} with the regulariser, ${mean(kurtosis.hard).toFixed(2)} without.`;
  return { verdict: graded(a && b && c && d, b && d), because };
}
