import { wordTokenizer } from "@minimand/lab/language";
import { cleanPrompt } from "@minimand/lab/prompts";
import { type PromptTokenizer, promptLength } from "../interfaces.ts";
import { modifierWords } from "../world/modifiers.ts";
import { colours, nouns, places } from "../world/subjects.ts";

/** The tokenizer of the world: all words of its grammar, and commas. Other words are left out. */
export function promptTokenizer(): PromptTokenizer {
  const grammar = [
    ...Object.values(nouns).flat(),
    ...Object.keys(colours),
    ...Object.keys(places),
    ...modifierWords,
  ];
  const words = wordTokenizer([grammar.join(", ")]);
  return {
    words,
    encode(prompts) {
      const ids = new Int32Array(prompts.length * promptLength).fill(words.end);
      let cut = 0;
      for (const [i, prompt] of prompts.entries()) {
        const own = words.encode(cleanPrompt(prompt)).filter((id) => id !== words.unknown);
        if (own.length > promptLength - 2) cut++;
        ids.set([words.start, ...own.slice(0, promptLength - 2)], i * promptLength);
      }
      return { ids, cut };
    },
    decode(ids) {
      const own: number[] = [];
      for (const id of ids) {
        if (id === words.end) break;
        own.push(id);
      }
      return words.decode(own);
    },
  };
}
