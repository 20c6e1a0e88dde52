/**
 * Verdict on one candidate against the baseline. `not pursued`: no finalist, so that it was not examined closely enough to be called
 * better. `undecided`: these data are too few to decide.
 */
export type Verdict =
  | "baseline"
  | "better"
  | "same"
  | "worse"
  | "undecided"
  | "not pursued"
  | "diverged"
  | "reference";

/** The paired difference `candidate - baseline`, in units of the metric; positive is better only if the metric is. */
export type Difference = TestedDifference | UntestedDifference;

/** A difference with what the tests can say of it on other rows and with other fits. */
export interface TestedDifference extends PairedDifference, Claims {}

/** A difference that was seen, and of which the tests can say nothing. */
export interface UntestedDifference extends PairedDifference, Record<keyof Claims, null> {}

interface PairedDifference {
  /** Of the metric of all rows of a seed, over the seeds. */
  mean: number;
  /** The differences of single test parts, in the order of `pairs`. */
  values: number[];
  pairs: { seed: number; fold: number }[];
}

/** What the tests say of a difference. */
interface Claims {
  /** 95 % interval of the mean difference. */
  low: number;
  high: number;
  /** Two-sided p of this difference alone, and adjusted for all candidates (max-T): for a reference it is the same. */
  p: number;
  pAdjusted: number;
  /** Probabilities by the region of practical equivalence. */
  pBetter: number;
  pSame: number;
  pWorse: number;
  /** Degrees of freedom; null where nothing varies. */
  df: number | null;
  /** Squared standard error, by the rows that happened to be there and by the fits. */
  variance: { rows: number; fits: number };
  /** Fits fail visibly more often than their rows explain. */
  unstable: boolean;
}

export interface RankingEntry {
  candidate: string;
  label: string;
  verdict: Verdict;
  /** The report metric of all rows of a seed, over the seeds. */
  mean: number | null;
  /** Its standard deviation over single test parts, and their number. */
  sd: number | null;
  n: number;
  /** Seeds that it is judged on. */
  seeds: number;
  diverged: number;
  /** Those of them that could not be had, where there are any. */
  unavailable?: number;
  difference: Difference | null;
  /** The verdict in plain words. */
  sentence: string;
}

/** Candidates from best to worst difference to the baseline; diverged ones last; references after all. */
export interface Ranking {
  metric: string;
  higherIsBetter: boolean;
  baseline: string;
  /** Half-width of the region of practical equivalence, in units of the metric. */
  rope: number;
  alpha: number;
  entries: RankingEntry[];
  /** One sentence for all. */
  summary: string;
}
