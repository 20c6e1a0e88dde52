import type { Passage } from "./passage.ts";
import { type Sentence, sentencesOf, wordsIn } from "./sentences.ts";
import { bannedIn } from "./words.ts";

/** The most words of a sentence, and of the average sentence of a page. */
export const limits = { sentence: 35, average: 20 } as const;

/** A place that does not keep to the guide. */
export interface Finding {
  path: string;
  line: number;
  area: string;
  /** What an exception names: the word, or `length`, `average`, `question`. */
  rule: string;
  message: string;
  /** The sentence. */
  text: string;
  /** The lines that an exception may be written above or in. */
  lines: readonly [first: number, last: number];
}

/** Checks passages, and the pages that they make up. */
export function check(passages: readonly Passage[]): Finding[] {
  const pages = Map.groupBy(
    passages.filter(({ page, isHeading }) => page !== null && !isHeading),
    ({ page }) => page,
  );
  return [...passages.flatMap(findingsIn), ...[...pages.values()].flatMap(averageOf)];
}

function findingsIn(passage: Passage): Finding[] {
  const { path, line, text, area, isHeading } = passage;
  const lines = [line, line + text.split("\n").length - 1] as const;
  const at = (start: number): number => line + text.slice(0, start).split("\n").length - 1;
  return sentencesOf(text).flatMap((sentence) => {
    const finding = (start: number, rule: string, message: string): Finding => ({
      path,
      line: at(start),
      area,
      rule,
      message,
      text: sentence.text,
      lines,
    });
    const words = wordsIn(sentence.text);
    const found = bannedWordsOf(sentence, path).map(({ word, instead, start }) =>
      finding(start, word, `"${word}", better: ${instead}`),
    );
    if (!isHeading && words > limits.sentence)
      found.unshift(finding(sentence.start, "length", `${words} words, at most ${limits.sentence}`));
    if (isHeading && sentence.text.includes("?"))
      found.unshift(
        finding(sentence.start, "question", "a question as a heading, better: the name of the thing"),
      );
    return found;
  });
}

/** Banned words of a sentence, at their places in its passage. */
function bannedWordsOf({ text, start }: Sentence, path: string): ReturnType<typeof bannedIn> {
  return bannedIn(text, path).map((one) => ({ ...one, start: start + one.start }));
}

function averageOf(passages: readonly Passage[]): Finding[] {
  const [{ path, page, area }] = passages;
  const lengths = passages.flatMap(({ text }) => sentencesOf(text).map((sentence) => wordsIn(sentence.text)));
  const average = lengths.reduce((sum, length) => sum + length, 0) / lengths.length;
  if (!(average > limits.average)) return [];
  const message = `${average.toFixed(1)} words a sentence on average, at most ${limits.average}`;
  return [{ path, line: 1, area, rule: "average", message, text: page ?? "", lines: [1, Infinity] }];
}
