import type { RankingEntry } from "../../results.ts";

/** Returns what became of trials that have no result: "diverged in 3 of 10 trials", "lacks 3 of 10 trials, which are not available". */
export function lackText(
  { diverged, unavailable = 0 }: Pick<RankingEntry, "diverged" | "unavailable">,
  trials: number,
): string {
  const wild = diverged - unavailable;
  const are = unavailable === 1 ? "is" : "are";
  if (unavailable === 0) return `diverged in ${wild} of ${trials} trials`;
  if (wild === 0) return `lacks ${unavailable} of ${trials} trials, which ${are} not available`;
  return `diverged in ${wild} of ${trials} trials and lacks ${unavailable}, which ${are} not available`;
}

/** The same as a word next to "3 of 10". */
function lackWord({
  diverged,
  unavailable = 0,
}: Pick<RankingEntry, "diverged" | "unavailable">): "diverged" | "not available" | "without result" {
  if (unavailable === 0) return "diverged";
  return unavailable === diverged ? "not available" : "without result";
}

/**
 * Returns a verdict as people read it. Where nothing could be tested, nothing was left undecided. Where all were trained on one seed, no
 * finalists were chosen.
 *
 * @param entries of the whole ranking
 */
export function verdictWord(
  entry: RankingEntry,
  entries: readonly Pick<RankingEntry, "seeds">[],
): RankingEntry["verdict"] | "not available" | "without result" | "not tested" | "one seed" {
  const { verdict, difference } = entry;
  if (verdict === "diverged") return lackWord(entry);
  if (verdict === "undecided" && difference !== null && difference.p === null) return "not tested";
  return verdict === "not pursued" && entries.every(({ seeds }) => seeds < 2) ? "one seed" : verdict;
}
