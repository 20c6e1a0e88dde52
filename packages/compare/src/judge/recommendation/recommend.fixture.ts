import { datasetFixture } from "../../../../../test/results-fixture.ts";
import type { Advantage, DatasetReport, RankingEntry, Verdict } from "../../results.ts";

/** A report with trials, before its ranking is replaced. */
export const made = datasetFixture({ diverging: null });

/** A report with a few entries: the gain of each, its verdict and the variance of rows and fits. */
export function reportOf(
  rows: { id: string; gain: number; verdict: Verdict; variance?: [number, number]; unstable?: boolean }[],
  change: Partial<DatasetReport["ranking"]> = {},
): DatasetReport {
  const entries = rows.map(
    ({ id, gain, verdict, variance = [1e-4, 1e-5], unstable = false }): RankingEntry => {
      const sign = change.higherIsBetter === false ? -1 : 1;
      const width = 2 * Math.sqrt(variance[0] + variance[1]);
      return {
        candidate: id,
        label: id,
        verdict,
        mean: 0.7 + sign * gain,
        sd: 0.01,
        n: 30,
        seeds: 6,
        diverged: 0,
        sentence: "",
        difference:
          verdict === "baseline"
            ? null
            : {
                mean: sign * gain,
                low: sign * gain - width,
                high: sign * gain + width,
                p: 0.01,
                pAdjusted: 0.1,
                pBetter: 0.9,
                pSame: 0.1,
                pWorse: 0,
                df: 20,
                unstable,
                values: [],
                pairs: [],
                variance: { rows: variance[0], fits: variance[1] },
              },
      };
    },
  );
  return { ...made, ranking: { ...made.ranking, entries, ...change } };
}

/** The baseline's line of such a report. */
export const baseline = { id: "cross-entropy", gain: 0, verdict: "baseline" } as const;
/** Nothing else is known. */
export const none = { references: [], trivial: [], others: [] };
/** A difference to the first loss. */
export const against = (
  candidate: string,
  mean: number,
  low: number,
  high: number,
  pWorse = 0.5,
): Advantage => ({ candidate, to: "focal", mean, low, high, pWorse });
