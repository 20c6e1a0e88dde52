import type { Budget } from "../budget/budget.ts";
import type { Prepared } from "./prepare.ts";
import type { ComparisonRequest } from "./request.ts";
import type { Team } from "./trial-team.ts";

/** What a comparison is run with. */
export interface RunOptions
  extends Prepared,
    Pick<ComparisonRequest, "keep" | "quantize" | "engine" | "versions"> {
  /** Who runs the trials; asked anew for those of quantised networks. */
  team: () => Team;
  /** How many trials run at a time. */
  workers: number;
  budget: Budget | null;
  /** The sample of an earlier run that a budget has cut, null for all rows; undefined: there was none. */
  earlier?: number | null;
}
