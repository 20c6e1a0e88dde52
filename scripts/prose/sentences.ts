/** A sentence and where it begins in its text. */
export interface Sentence {
  text: string;
  start: number;
}

const segmenter = new Intl.Segmenter("en", { granularity: "sentence" });

/** A full stop after one of these ends no sentence; `X` is code. */
const abbreviation = /(?:^|[\s(])(?:e\.g|i\.e|vs|cf|al|approx|resp|incl|Fig|Eq|No|Dr|Prof|St|[A-WYZ])\.\s*$/;

/** Splits a text into sentences. A line break is a space: Markdown wraps where it likes. */
export function sentencesOf(text: string): Sentence[] {
  const found: Sentence[] = [];
  let isOpen = false;
  // The segmenter would end a sentence at a line break.
  for (const { segment, index } of segmenter.segment(text.replaceAll("\n", " "))) {
    if (isOpen) found[found.length - 1].text += segment;
    else found.push({ text: segment, start: index });
    isOpen = abbreviation.test(segment);
  }
  return found
    .map(({ text: sentence, start }) => ({
      text: sentence.trim().replaceAll(/\s+/g, " "),
      start: start + (sentence.length - sentence.trimStart().length),
    }))
    .filter((sentence) => wordsIn(sentence.text) > 0);
}

/** Counts words: parts between spaces that have a letter or a digit. */
export function wordsIn(text: string): number {
  return text.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word)).length;
}
