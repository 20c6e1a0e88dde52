import { rangeError, typeError } from "minimand/engine";
import { cleanPrompt } from "./clean-prompt.ts";
import type { PromptTokenizer } from "./prompt-models.ts";

/** A word of a prompt, or a comma, with its ids; null for one that isn't known. */
export interface PromptWord {
  word: string;
  ids: readonly number[] | null;
}

/** Throws unless a tokenizer has what refiners ask of it. */
export function checkTokenizer(tokenizer: PromptTokenizer): void {
  if (typeof tokenizer?.encode !== "function" || typeof tokenizer.decode !== "function")
    throw typeError("tokenizer", "a tokenizer, e.g. wordTokenizer(prompts)", tokenizer);
}

/** Returns a prompt, cleaned, word by word. */
export function wordsOf(tokenizer: PromptTokenizer, prompt: string): PromptWord[] {
  const pieces = cleanPrompt(prompt).match(/,|[^\s,]+/g) ?? [];
  return pieces.map((word) => {
    const ids = tokenizer.encode(word);
    return { word, ids: ids.length === 0 || ids.includes(tokenizer.unknown) ? null : ids };
  });
}

/**
 * Returns a row of `length` ids: start, the ids, end, and ends behind it.
 *
 * @param most how many ids fit; one more is a text without an end
 * @throws RangeError where they don't fit
 */
export function paddedRow(
  { start, end }: PromptTokenizer,
  ids: readonly number[],
  length: number,
  argument: string,
  most = length - 2,
): Int32Array {
  if (ids.length > most)
    throw rangeError(argument, `at most ${most} words, which the refiner takes`, ids.length);
  const row = new Int32Array(length).fill(end);
  row.set([start, ...ids]);
  return row;
}

/**
 * Puts the prompt's unknown words back into a rewrite: each before the known word that followed it, else behind the one that preceded it,
 * else in front.
 *
 * @param words of the prompt
 * @param rewrite of known words
 */
export function withUnknown(words: readonly PromptWord[], rewrite: string): string {
  const pieces: string[] = rewrite.match(/,|[^\s,]+/g) ?? [];
  let front = 0;
  words.forEach(({ word, ids }, at) => {
    if (ids !== null) return;
    const next = words.find((other, i) => i > at && other.ids !== null && other.word !== ",");
    // Those before it are all in the rewrite by now, if they are in it at all.
    const previous = words.findLast((other, i) => i < at && other.word !== ",");
    const before = next === undefined ? -1 : pieces.indexOf(next.word);
    const behind = previous === undefined ? -1 : pieces.indexOf(previous.word);
    if (before >= 0) pieces.splice(before, 0, word);
    else if (behind >= 0) pieces.splice(behind + 1, 0, word);
    else pieces.splice(front++, 0, word);
  });
  return pieces.join(" ").replaceAll(" ,", ",");
}
