import { clipScore, distinctN, inceptionScore, meanCosineDistance, vendiScore } from "minimand/metrics";
import { mean } from "../../../kit/statistics.ts";
import type { Picture, PictureJudge } from "../interfaces.ts";
import { colours, shapes, subjectOfPrompt } from "../world/index.ts";
import type { Looks } from "./aesthetics.ts";

/** What is measured of an arm; lists have a number for each prompt, the mean over its rewrites. */
export interface Judged {
  score: number[];
  share: number[];
  clip: number[];
  /** Of the attributes that the prompt asks for, how many the classifier finds. */
  attributes: number[];
  vendi: number[];
  distance: number[];
  distinct: number[];
  /** Tokens of a prompt. */
  words: number[];
  inception: number;
}

/**
 * Judges pictures of rewritten prompts.
 *
 * @param prompts what was asked for
 * @param rewritten of each prompt
 * @param pictures of each rewrite
 */
export async function judgePictures(
  prompts: readonly string[],
  rewritten: readonly (readonly string[])[],
  pictures: readonly (readonly Picture[])[],
  looksOf: (picture: Picture) => Looks,
  judge: PictureJudge,
): Promise<Judged> {
  const flat = pictures.flat();
  const [found, ofPictures, ofTexts] = [
    await judge.classify(flat),
    await judge.embedPictures(flat),
    await judge.embedTexts(prompts),
  ];
  const count = rewritten[0].length;
  /** A number a prompt, of its rewrites' places among all. */
  const each = (of: (places: number[], i: number) => number): number[] =>
    prompts.map((_, i) =>
      of(
        Array.from({ length: count }, (_, k) => i * count + k),
        i,
      ),
    );
  const looks = flat.map(looksOf);
  const asked = prompts.map(subjectOfPrompt);
  const wordsOf = (text: string): string[] => text.match(/,|[^\s,]+/g) ?? [];
  return {
    score: each((places) => mean(places.map((at) => looks[at].score))),
    share: each((places) => mean(places.map((at) => looks[at].share))),
    clip: each(
      (places, i) =>
        clipScore(
          places.map(() => ofTexts[i]),
          places.map((at) => ofPictures[at]),
        ).score,
    ),
    attributes: each((places, i) => {
      const { shape, colour } = asked[i];
      const hits = places.flatMap((at) => [
        ...(shape === null ? [] : [largest(found.shape[at]) === shapes.indexOf(shape)]),
        ...(colour === null ? [] : [largest(found.colour[at]) === Object.keys(colours).indexOf(colour)]),
      ]);
      return mean(hits.map(Number));
    }),
    vendi: each((places) => vendiScore(places.map((at) => ofPictures[at]))),
    distance: each((places) => (count < 2 ? 0 : meanCosineDistance(places.map((at) => ofPictures[at])))),
    // Each text begins with a token of its own, so that one of a single word has a pair, too.
    distinct: each((_, i) =>
      distinctN(
        rewritten[i].map((text) => ["<s>", ...wordsOf(text)]),
        2,
      ),
    ),
    words: each((_, i) => mean(rewritten[i].map((text) => wordsOf(text).length))),
    inception: inceptionScore(found.shape.map(normalised), Math.min(10, Math.floor(flat.length / 2))).mean,
  };
}

const largest = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((best, value, i) => (value > values[best] ? i : best), 0);

/** Probabilities that sum to 1 in float64, too. */
function normalised(row: ArrayLike<number>): number[] {
  const total = Array.from(row).reduce((a, b) => a + b);
  return Array.from(row, (p) => p / total);
}
