import type { CandidateSummary, Keep } from "@minimand/compare";
import type { Budget } from "../budget/budget.ts";
import type { TeamOptions } from "./trial-team.ts";

/** What a comparison is run with. */
export interface RunOptions extends TeamOptions {
  summaries: readonly CandidateSummary[];
  /** Id of the baseline. */
  baseline: string;
  /** The model that is kept at the end. */
  keep: Keep;
  /** Widths that it is quantised in as well. */
  quantize?: readonly number[];
  budget: Budget | null;
  /** The sample of an earlier run that a budget has cut, null for all rows; undefined: there was none. */
  earlier?: number | null;
  versions: Record<string, string>;
}
