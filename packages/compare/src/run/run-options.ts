import type { Keep } from "../model/choose.ts";
import type { Prepared } from "../plan/prepared.ts";
import type { EngineUsed, Results } from "../results.ts";
import type { Budget } from "./budget.ts";
import type { Team } from "./team.ts";

/** What a comparison is run with. */
export interface RunOptions extends Prepared {
  /** The model that is kept at the end. */
  keep: Keep;
  /** Widths that it is quantised in as well. */
  quantize: readonly number[];
  engine: EngineUsed;
  versions: Results["versions"];
  /** Who runs the trials; asked anew for those of quantised networks. */
  team: () => Team;
  /** How many trials run at a time. */
  workers: number;
  budget: Budget | null;
  /** The sample of an earlier run that a budget has cut, null for all rows; undefined: there was none. */
  earlier?: number | null;
}
