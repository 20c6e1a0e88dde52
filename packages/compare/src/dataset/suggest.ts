import { closest, distance } from "fastest-levenshtein";

/** The candidate that a mistyped name most likely means, or null if none is near. */
export function suggest(name: string, candidates: readonly string[]): string | null {
  const lower = name.toLowerCase();
  const same = candidates.find((candidate) => candidate.toLowerCase() === lower);
  if (same !== undefined) return same;
  if (candidates.length === 0) return null;
  const near = closest(name, candidates);
  return distance(name, near) <= Math.max(1, Math.floor(name.length * 0.4)) ? near : null;
}

/** `: did you mean 'Outcome'?`, or nothing. */
export function didYouMean(name: string, candidates: readonly string[]): string {
  const near = suggest(name, candidates);
  return near === null ? "" : `: did you mean '${near}'?`;
}
