import type { CandidateSummary } from "../../results.ts";

/** Returns what is compared, one and several. */
export function nounOf(candidates: readonly Pick<CandidateSummary, "kind">[]): readonly [string, string] {
  return candidates.some(({ kind }) => kind === "optimizer" || kind === "step")
    ? ["candidate", "candidates"]
    : ["loss", "losses"];
}

/**
 * `27 losses, the baseline and 4 references`: how many are compared, counted alike wherever that is said.
 *
 * @param candidates all of a comparison
 */
export function comparedText(candidates: readonly Pick<CandidateSummary, "kind">[]): string {
  const [one, many] = nounOf(candidates);
  const references = candidates.filter(({ kind }) => kind === "reference").length;
  const others = candidates.length - references - 1;
  const ranked = others === 0 ? `no ${one} but the baseline` : `${others} ${others === 1 ? one : many}`;
  if (references === 0) return others === 0 ? ranked : `${ranked} and the baseline`;
  const beside = `${references} ${references === 1 ? "reference" : "references"}`;
  return others === 0 ? `${ranked}, and ${beside}` : `${ranked}, the baseline and ${beside}`;
}
