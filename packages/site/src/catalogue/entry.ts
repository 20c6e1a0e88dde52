import type { PaperCard, ReproductionReport, Topic } from "@minimand/papers";
import type { DataKind } from "./needs.ts";

/** The verdicts of the rules, and what stands for a paper without a committed run. */
export const verdicts = [
  "reproduced",
  "partly reproduced",
  "not reproduced",
  "undecided",
  "not measured",
] as const;

export type Verdict = ReproductionReport["verdict"] | "not measured";

/** A paper as the catalogue shows it: plain JSON. */
export interface Entry extends Pick<PaperCard, "slug" | "title" | "authors" | "arxiv" | "date"> {
  added: string;
  topic: Topic;
  /** One sentence on what it gives a practitioner. */
  use: string;
  verdict: Verdict;
  /** What held of the claim in the committed run; null where nothing did, or where there is no run. */
  held: string | null;
  /** What did not hold; null where everything did, or where there is no run. */
  notHeld: string | null;
  /** How long that run took. */
  seconds: number | null;
  data: DataKind[];
}

const monthsNew = 18;

/**
 * Whether a paper is new: its first version is less than eighteen months old.
 *
 * @param date year and month, `2025-10`
 * @param today of the reader
 */
export function isNew(date: string, today: Date): boolean {
  const [year, month] = date.split("-").map(Number);
  return 12 * (today.getFullYear() - year) + today.getMonth() + 1 - month < monthsNew;
}
