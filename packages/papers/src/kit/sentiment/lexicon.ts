import { shuffled } from "../rows.ts";

/** What words are worth, `[-4, 4]`: an entry a word. */
export type Lexicon = ReadonlyMap<string, number>;

/** Reads a lexicon of one entry a line, its mean rating behind the first tab. */
export function readLexicon(text: string): Lexicon {
  const entries = text.split("\n").filter((line) => line.includes("\t"));
  return new Map(
    entries.map((line) => {
      const [word, mean] = line.split("\t");
      return [word.toLowerCase(), Number(mean)];
    }),
  );
}

/** Sum of valences at which a text is worth half of the way to 1, roughly: VADER's normaliser. */
const scale = 15;

/**
 * Returns the reward of a text: `s / sqrt(s^2 + 15)` of the sum `s` of its words' valences. VADER's compound score without what it makes of
 * negations, capitals, degree words and punctuation.
 *
 * @param valences by word id
 */
export function lexiconReward(valences: ArrayLike<number>, ids: readonly number[]): number {
  const sum = ids.reduce((total, id) => total + valences[id], 0);
  return sum / Math.sqrt(sum * sum + scale);
}

/** Returns the valences with a share of those that aren't 0 set to 0, drawn by a seed: a reward that knows fewer words. */
export function hidden(valences: readonly number[], share: number, seed: number): number[] {
  const words = Int32Array.from(valences.keys()).filter((id) => valences[id] !== 0);
  const gone = new Set(shuffled(words, seed).subarray(0, Math.round(share * words.length)));
  return valences.map((valence, id) => (gone.has(id) ? 0 : valence));
}
