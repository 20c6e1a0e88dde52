import { graded, type Verdict, word } from "../../kit/evidence.ts";
import { difference, mean } from "../../kit/statistics.ts";

/** Errors of one arm in one cell: a list over the seeds for each column, clean and under each attack of the rule. */
export type Columns = readonly (readonly number[])[];

/** The numbers that the rule of the card uses. */
export interface Evidence {
  cells: {
    id: string;
    outliers: number;
    csIb: Columns;
    squared: Columns;
    rivals: { [arm: string]: Columns };
  }[];
  /** By data set: mean information at each price, in ascending order of the prices. */
  information: { id: string; means: readonly number[] }[];
}

/** Applies the rule of the card. */
export function judge({ cells, information }: Evidence): Verdict {
  const falls = information.every(({ means }) => means.every((v, i) => i === 0 || v < means[i - 1]));
  const found = cells.map(({ id, outliers, csIb, squared, rivals }) => ({
    id,
    outliers,
    beatsSquared: csIb.every((own, i) => {
      const { mean, error } = difference(squared[i], own);
      return mean > error;
    }),
    lostTo: Object.entries(rivals)
      .filter(([, columns]) => !csIb.every((own, i) => mean(own) < mean(columns[i])))
      .map(([arm]) => arm),
    gain: difference(squared[0], csIb[0]),
  }));
  const holds = (some: typeof found): boolean =>
    some.length > 0 && some.every(({ beatsSquared, lostTo }) => beatsSquared && lostTo.length === 0);
  const withOutliers = found.filter(({ outliers }) => outliers > 0);
  const gains = found.map(
    ({ id, gain, beatsSquared }) =>
      `${Math.abs(gain.mean).toFixed(3)} ± ${gain.error.toFixed(3)} ${gain.mean < 0 ? "larger" : "smaller"} on ${id}${beatsSquared ? "" : " (fails)"}`,
  );
  const lost = found
    .filter(({ lostTo }) => lostTo.length > 0)
    .map(({ id, lostTo }) => `to ${lostTo.join(" and ")} on ${id}`);
  const told = information.map(({ id, means }) => `${means.map((v) => v.toFixed(2)).join(", ")} on ${id}`);
  return {
    verdict: graded(falls && holds(found), falls && holds(withOutliers)),
    because:
      `(A) ${word(found.every(({ beatsSquared }) => beatsSquared))}: compared with the squared error, CS-IB's clean error is ${gains.join(", ")}. ` +
      `(B) ${word(falls)}: information by price ${told.join("; ")}. ` +
      `(C) ${word(lost.length === 0)}: ${lost.length === 0 ? "CS-IB is ahead of VIB, NIB and HSIC everywhere" : `in some column CS-IB loses ${lost.join(", ")}`}.`,
  };
}
