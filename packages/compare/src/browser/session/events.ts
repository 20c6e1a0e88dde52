import type { Results } from "../../results.ts";
import type { LiveRanking } from "./live-ranking.ts";
import type { Look } from "./look.ts";

/** The results of a comparison in a page. */
export interface FinishedComparison {
  id: string;
  /** The object of `results.json`. */
  results: Results;
  /** The text of `report.html`. */
  report: string;
  /** All files of the command's output folder, by their paths in it. */
  files: Record<string, Uint8Array<ArrayBuffer>>;
  /** What the command says of the kept models. */
  said: string[];
  command: string;
}

/** Events that a comparison in a page reports while it runs. */
export type ComparisonEvent =
  | { kind: "planned"; id: string; look: Look; said: string[] }
  | { kind: "said"; text: string }
  /** `left`: milliseconds; null if unknown. */
  | { kind: "progress"; done: number; total: number; label: string; left: number | null }
  | ({ kind: "ranking" } & LiveRanking)
  /** The trials are done; the model is trained on all rows, and the report written. */
  | { kind: "keeping" }
  | { kind: "finished"; finished: FinishedComparison };
