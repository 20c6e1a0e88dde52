import { listed, plural } from "@minimand/compare";
import { cleanPrompt } from "@minimand/lab/prompts";

const articles: ReadonlySet<string> = new Set(["a", "an", "the"]);

const wordsOf = (text: string): string[] => cleanPrompt(text).match(/[^\s,]+/g) ?? [];

/** Most words that a note names. */
const mostNamed = 5;

/** What is to be said of rewrites that leave out words of their prompt, articles apart; null where none does. */
export function lostWordsNote(prompt: string, rewrites: readonly string[]): string | null {
  const asked = [...new Set(wordsOf(prompt))].filter((word) => !articles.has(word));
  const lost = rewrites.map((text) => {
    const own = new Set(wordsOf(text));
    return asked.filter((word) => !own.has(word));
  });
  const count = lost.filter((words) => words.length > 0).length;
  if (count === 0) return null;
  const words = asked.filter((word) => lost.some((own) => own.includes(word)));
  return `'${prompt}': ${count} of ${plural(rewrites.length, "rewrite")} ${count === 1 ? "leaves" : "leave"} out words of it (${listed(words, mostNamed)})`;
}
