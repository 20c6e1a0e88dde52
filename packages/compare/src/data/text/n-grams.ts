import { sampleOf } from "../sample-of.ts";

/**
 * How texts become n-grams. Another rule has another name, so that a model of one that isn't known is refused.
 *
 * Words and pairs are for texts of several words. Where each is a single word (names, symbols, entries of a lexicon), hardly a word comes
 * twice, but parts of it do: three letters each, of which new words are made, too.
 */
export const nGramRules = ["words and pairs, fnv1a 15 bits", "three letters each, fnv1a 15 bits"] as const;

export type NGramRule = (typeof nGramRules)[number];

const [wordsAndPairs, threeLetters] = nGramRules;

/*
 * The n-grams of texts, hashed: of each text which buckets it has, and how often. The rules are exact and depend on no locale, so
 * that a kept model reads a text everywhere alike:
 *
 * 1. A text is normalised (Unicode NFKC) and put into lower case.
 * 2. Its words are the longest runs of letters, marks and digits, with apostrophes between letters (`don't`; `’` is `'`). Scripts that are
 *    written without spaces (Han, Hiragana, Katakana, Thai, Lao, Khmer, Myanmar) have one word per character.
 * 3. Its n-grams are its words, and each two that follow one another with a space between; or each three characters (code points) that
 *    follow one another, with one space for any white space and a space before the first and behind the last one.
 * 4. The bucket of an n-gram is its FNV-1a hash of 32 bits over the bytes of UTF-16LE, both halves joined by exclusive or and the
 *    highest bit cut off: 0 to 32,767, to which pairs add 32,768.
 */

/** How many buckets there are. */
export const buckets = 65_536;

/** From this bucket on they are of pairs. */
export const firstPair = 32_768;

const unspaced =
  "\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Thai}\\p{Script=Lao}\\p{Script=Khmer}\\p{Script=Myanmar}";
const letter = `[[\\p{L}\\p{M}\\p{N}]--[${unspaced}]]`;
const word = new RegExp(`[${unspaced}]|${letter}+(?:'${letter}+)*`, "gv");

/** Characters of a word that an expression takes at once: it remembers each, and has no memory for millions. */
const longest = 20_000;
const piece = new RegExp(`[${unspaced}]|(?:${letter}|(?<=${letter})'(?=${letter})){1,${longest}}`, "gv");
const alone = new RegExp(`^[${unspaced}]$`, "v");

/** Returns the words of a text, in order. */
export function wordsOf(text: string): string[] {
  const plain = text.normalize("NFKC").toLowerCase().replaceAll("’", "'");
  if (plain.length <= longest) return plain.match(word) ?? [];
  const words: string[] = [];
  let end = -1;
  for (const { 0: part, index } of plain.matchAll(piece)) {
    const whole = alone.test(part);
    if (index === end && !whole) words[words.length - 1] += part;
    else words.push(part);
    // A word of one character has no more behind it.
    end = whole ? -1 : index + part.length;
  }
  return words;
}

const offset = 0x811c9dc5;
const prime = 0x01000193;

/** The hash of a text that goes on with another. */
function fnv1a(text: string, before = offset): number {
  let hash = before;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    hash = Math.imul(hash ^ (code & 255), prime);
    hash = Math.imul(hash ^ (code >> 8), prime);
  }
  return hash;
}

const folded = (hash: number): number => (hash ^ (hash >>> 16)) & (firstPair - 1);

/** Texts looked at to find out what they are. */
const mostLooked = 1000;

/** Returns the rule for texts: that of letters where more than half have no more than one word. */
export function nGramRuleOf(texts: readonly string[]): NGramRule {
  const looked = sampleOf(texts.length, mostLooked);
  const single = looked.reduce((n, t) => n + Number(wordsOf(texts[t]!).length <= 1), 0);
  return 2 * single > looked.length ? threeLetters : wordsAndPairs;
}

/** Which buckets each of some texts has, and how often: those of text `t` are from `starts[t]` to before `starts[t + 1]`. */
export interface Grams {
  rule: NGramRule;
  starts: Uint32Array;
  buckets: Uint16Array;
  /** 255 stands for more, too. */
  counts: Uint8Array;
}

/** Of each bucket how often the present text has it; all 0 between texts. */
const own = new Uint16Array(buckets);

/** Returns the hashed n-grams of texts: three bytes for each different one of a text, whatever it says. */
export function gramsOf(texts: readonly string[], rule: NGramRule = wordsAndPairs): Grams {
  const starts = new Uint32Array(texts.length + 1);
  let found = new Uint16Array(1024);
  let counts = new Uint8Array(1024);
  let length = 0;
  const add = (bucket: number): void => {
    if (own[bucket]! === 0) {
      if (length === found.length) {
        found = new Uint16Array(found.buffer.transfer(4 * length));
        counts = new Uint8Array(counts.buffer.transfer(2 * length));
      }
      found[length++] = bucket;
    }
    if (own[bucket]! < 255) own[bucket]!++;
  };
  const addAll = rule === threeLetters ? addLetters : addWordsAndPairs;
  for (const [t, text] of texts.entries()) {
    addAll(text, add);
    for (let i = starts[t]!; i < length; i++) {
      counts[i] = own[found[i]!]!;
      own[found[i]!] = 0;
    }
    starts[t + 1] = length;
  }
  return { rule, starts, buckets: found.slice(0, length), counts: counts.slice(0, length) };
}

function addWordsAndPairs(text: string, add: (bucket: number) => void): void {
  let before: number | undefined;
  for (const word of wordsOf(text)) {
    const hash = fnv1a(word);
    add(folded(hash));
    if (before !== undefined) add(firstPair + folded(fnv1a(word, fnv1a(" ", before))));
    before = hash;
  }
}

function addLetters(text: string, add: (bucket: number) => void): void {
  const letters = [...` ${text.normalize("NFKC").toLowerCase().trim().replaceAll(/\s+/g, " ")} `];
  for (let i = 2; i < letters.length; i++) add(folded(fnv1a(letters.slice(i - 2, i + 1).join(""))));
}
