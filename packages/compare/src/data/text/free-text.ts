import { sampleOf } from "../sample-of.ts";

/** Fewer different values can be levels. */
const fewest = 50;

/** Values that occur so often on average are levels. */
const often = 20;

/** This many values show what the others are like. */
const mostLooked = 1000;

const words = 3;

/** In scripts that are written without spaces this many letters stand for a word. */
const lettersOfWord = 3;

const letters = /\p{L}/u;
const unspaced =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/gu;

/**
 * Whether a column is plainly free text and no category. It then has more than 50 different values, each less than 20 times on average, and
 * most of them have three words or more. Words are pieces between spaces that have a letter; without spaces between words, nine letters
 * count as three.
 *
 * @param texts the different values
 * @param present how many rows have one
 */
export function isFreeText(texts: readonly string[], present: number): boolean {
  if (texts.length <= fewest || often * texts.length <= present) return false;
  const looked = sampleOf(texts.length, mostLooked);
  const long = looked.reduce((n, t) => n + Number(hasWords(texts[t]!)), 0);
  return 2 * long > looked.length;
}

function hasWords(text: string): boolean {
  const pieces = text.split(/\s+/).filter((piece) => letters.test(piece)).length;
  return pieces >= words || (text.match(unspaced)?.length ?? 0) >= words * lettersOfWord;
}
