import { checkNumber, rangeError, readOptions, typeError } from "minimand/engine";

/** How the words of a {@link wordTokenizer} are chosen. */
export interface WordTokenizerOptions {
  /** Most words, the three that stand for something else not counted; default: all that occur. */
  words?: number;
  /** Words that are kept however seldom they are. */
  include?: readonly string[];
  /** Default true: all is written small. */
  lowerCase?: boolean;
}

/** Texts as ids of words, and back. */
export interface WordTokenizer {
  /** Words by id; `tokens[0]` is unknown, `tokens[1]` the start of a text, `tokens[2]` its end. */
  readonly tokens: readonly string[];
  readonly unknown: 0;
  readonly start: 1;
  readonly end: 2;
  /** The ids of a text's words and punctuation marks; without start and end. */
  encode(text: string): number[];
  /** Words with spaces between, punctuation without; start and end are left out. */
  decode(ids: Iterable<number>): string;
}

const special = ["<unk>", "<s>", "</s>"] as const;
/** Words, with the marks inside of them, or single marks. */
const pieces = /[\p{L}\p{N}]+(?:['’-][\p{L}\p{N}]+)*|[^\s\p{L}\p{N}]/gu;

/**
 * Returns a tokenizer of whole words, the most frequent of some texts; of equally frequent ones the first in the alphabet.
 *
 * @param texts that words are counted in
 * @param options `words`, `include`, `lowerCase`
 * @throws TypeError, RangeError for texts that are no strings, no words, and from `decode` for unknown ids
 * @example
 * const tokenizer = wordTokenizer(["To be, or not to be."], { words: 3 })
 * tokenizer.tokens.slice(3).join(" ") // "be to ,"
 * tokenizer.encode("To be seen") // [4, 3, 0]
 * tokenizer.decode([4, 3, 5, 4, 3]) // "to be, to be"
 */
export function wordTokenizer(texts: Iterable<string>, options: WordTokenizerOptions = {}): WordTokenizer {
  const { words, include, lowerCase } = readOptions("wordTokenizer", options, {
    words: [Infinity],
    include: [[]],
    lowerCase: [true],
  });
  if (words !== Infinity) checkNumber("words", words, { min: 1, integer: true });
  if (typeof texts !== "object" || texts === null || !(Symbol.iterator in texts))
    throw typeError("texts", "a list of texts", texts);
  const split = splitter(lowerCase);
  const counts = new Map<string, number>(include.map((word) => [word, Infinity]));
  for (const text of texts) for (const word of split(text)) counts.set(word, (counts.get(word) ?? 0) + 1);
  if (counts.size === 0) throw rangeError("texts", "at least one word", "none");
  const chosen = [...counts]
    .toSorted(([a, m], [b, n]) => (m === n ? (a < b ? -1 : 1) : n - m))
    .slice(0, Math.max(words, include.length))
    .map(([word]) => word);
  return tokenizerOf([...special, ...chosen], split);
}

/**
 * Returns a {@link wordTokenizer} of words that are known already, as its `tokens` that were kept with a model.
 *
 * @param tokens the first three stand for unknown, start and end
 * @param options `lowerCase`, default true
 * @throws TypeError, RangeError for what is no list of different words behind the first three
 * @example
 * const tokenizer = wordTokenizerFrom(["<unk>", "<s>", "</s>", "moon", "red"])
 * tokenizer.encode("A red moon") // [0, 4, 3]
 */
export function wordTokenizerFrom(
  tokens: readonly string[],
  options: Pick<WordTokenizerOptions, "lowerCase"> = {},
): WordTokenizer {
  readOptions("wordTokenizerFrom", options, { lowerCase: true });
  if (!Array.isArray(tokens) || tokens.some((token) => typeof token !== "string"))
    throw typeError("tokens", "a list of words", tokens);
  if (tokens.length <= special.length || special.some((token, i) => tokens[i] !== token))
    throw rangeError("tokens", `words behind ${special.join(", ")}`, tokens.slice(0, 4).join(", "));
  if (new Set(tokens).size < tokens.length) throw rangeError("tokens", "each word once", tokens.length);
  return tokenizerOf(tokens, splitter(options.lowerCase ?? true));
}

function splitter(lowerCase: boolean): (text: string) => string[] {
  return (text) => {
    if (typeof text !== "string") throw typeError("text", "a string", text);
    return (lowerCase ? text.toLowerCase() : text).match(pieces) ?? [];
  };
}

function tokenizerOf(tokens: readonly string[], split: (text: string) => string[]): WordTokenizer {
  const ids = new Map(tokens.map((word, id) => [word, id]));
  return {
    tokens,
    unknown: 0,
    start: 1,
    end: 2,
    encode: (text) => split(text).map((word) => ids.get(word) ?? 0),
    decode(given) {
      let text = "";
      for (const id of given) {
        const word = tokens[id];
        if (word === undefined) throw rangeError("ids", `ids from 0 to ${tokens.length - 1}`, id);
        if (id === 1 || id === 2) continue;
        const isMark = /^[^\p{L}\p{N}<]$/u.test(word);
        text += text === "" || isMark ? word : ` ${word}`;
      }
      return text;
    },
  };
}
