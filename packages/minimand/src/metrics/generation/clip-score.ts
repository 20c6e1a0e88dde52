import { rangeError } from "../../engine/errors.ts";
import { mean } from "../moments.ts";
import { checkVectors, cosine } from "./embeddings.ts";

/** Of {@link clipScore}. */
export interface ClipScore {
  /** `100 max(cos, 0)` of each pair. */
  each: Float64Array;
  /** `max(mean of 100 cos, 0)`: cut after the mean, as it is usually reported. */
  score: number;
}

/**
 * How well pictures show what texts say, by the embeddings of a model of both: from 0 to 100.
 *
 * @param texts a vector each
 * @param images a vector each, of as many numbers; the i-th is compared with the i-th text
 * @throws TypeError, RangeError for no vectors, lengths that don't match, vectors that are 0 or not finite
 * @example
 * clipScore([[1, 0], [1, 0]], [[2, 0], [-1, 0]]) // { each: [100, 0], score: 0 }
 * @see Hessel et al. 2021, arXiv 2104.08718, whose factor is 2.5 where this one is 100
 */
export function clipScore(
  texts: readonly ArrayLike<number>[],
  images: readonly ArrayLike<number>[],
): ClipScore {
  checkVectors("texts", texts, 1);
  checkVectors("images", images, 1);
  if (images.length !== texts.length || images[0].length !== texts[0].length)
    throw rangeError("images", `${texts.length} vectors of ${texts[0].length} numbers`, images);
  const cosines = texts.map((text, i) => 100 * cosine(text, images[i]));
  return { each: Float64Array.from(cosines, (c) => Math.max(c, 0)), score: Math.max(mean(cosines), 0) };
}
