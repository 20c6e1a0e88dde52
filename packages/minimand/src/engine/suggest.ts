/** Nobody mistypes a longer name, and comparing two of them takes long. */
const longest = 100;

/**
 * The candidate that a mistyped name most likely means, or null if none is near.
 *
 * @example
 * suggest("focsl", ["focal", "cross-entropy"]) // "focal"
 * suggest("auc", ["mcc", "roc-auc"]) // "roc-auc"
 */
export function suggest(name: string, candidates: readonly string[]): string | null {
  if (name.length > longest) return null;
  const lower = name.toLowerCase();
  const same = candidates.find((candidate) => candidate.toLowerCase() === lower);
  if (same !== undefined) return same;
  // A part of a name, cut off at either end, is meant more likely than a mistake: "auc" of roc-auc, "acc" of accuracy.
  const whole = candidates.filter((candidate) => candidate.length <= longest);
  const around = lower.length < 3 ? [] : [...whole.filter(begins(lower)), ...whole.filter(ends(lower))];
  if (around.length > 0) return around[0];
  let best: string | null = null;
  let least = Math.max(1, Math.floor(name.length * 0.4)) + 1;
  for (const candidate of whole) {
    const changes = distance(name, candidate);
    if (changes < least) [best, least] = [candidate, changes];
  }
  return best;
}

const begins = (part: string) => (name: string) => name.toLowerCase().startsWith(part);
const ends = (part: string) => (name: string) => name.toLowerCase().endsWith(part);

/** `: did you mean 'Outcome'?`, or nothing. */
export function didYouMean(name: string, candidates: readonly string[]): string {
  const near = suggest(name, candidates);
  return near === null ? "" : `: did you mean '${near}'?`;
}

/** Least number of insertions, deletions and substitutions of a character that make one text of the other (Levenshtein). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next.push(Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + Number(a[i - 1] !== b[j - 1])));
    row = next;
  }
  return row[b.length];
}
