import { checkNumber, rangeError, typeError } from "../../engine/errors.ts";
import { symmetricEigen } from "../symmetric-eigen.ts";
import { checkVectors, cosine } from "./embeddings.ts";

/**
 * The Vendi score of some things: how many different ones they are worth, by their embeddings.
 *
 * `exp(-sum_i l_i log l_i)`, the `l_i` the eigenvalues of `K / n` with the cosines `K` of all pairs. 1 where all are alike, n where all are
 * orthogonal.
 *
 * @param embeddings a vector each; tens of them, since all eigenvalues are found
 * @throws TypeError, RangeError for no vectors, several lengths, vectors that are 0 or not finite
 * @example
 * vendiScore([[1, 0], [0, 3], [0, 1]]) // 1.8899
 * @see Friedman, Dieng 2023, arXiv 2210.02410, definition 3.1
 */
export function vendiScore(embeddings: readonly ArrayLike<number>[]): number {
  checkVectors("embeddings", embeddings, 1);
  const n = embeddings.length;
  const kernel = embeddings.flatMap((a) => embeddings.map((b) => cosine(a, b) / n));
  const entropy = symmetricEigen(kernel, n).values.reduce(
    // Rounding leaves eigenvalues below 0 where they are 0.
    (sum, value) => sum - (value > 0 ? value * Math.log(value) : 0),
    0,
  );
  return Math.exp(entropy);
}

/**
 * Mean cosine distance `1 - cos` of all pairs of some things, by their embeddings.
 *
 * @param embeddings a vector each, at least two
 * @throws TypeError, RangeError as {@link vendiScore}
 * @example
 * meanCosineDistance([[1, 0], [0, 3], [0, 1]]) // 0.6667
 */
export function meanCosineDistance(embeddings: readonly ArrayLike<number>[]): number {
  checkVectors("embeddings", embeddings, 2);
  const n = embeddings.length;
  let sum = 0;
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) sum += 1 - cosine(embeddings[i], embeddings[j]);
  return sum / ((n * (n - 1)) / 2);
}

/**
 * The share of different n-grams among all those of some texts: 1 where none comes twice.
 *
 * @param texts a list of tokens each, words or ids
 * @param n tokens of an n-gram
 * @throws TypeError, RangeError for texts that are none, an n that is no integer >= 1, and where no text is that long
 * @example
 * distinctN([["a", "red", "cat"], ["a", "red", "dog"]], 2) // 0.75
 * @see Li et al. 2016, arXiv 1510.03055, section 5.2
 */
export function distinctN(texts: readonly (readonly (string | number)[])[], n: number): number {
  checkNumber("n", n, { min: 1, integer: true });
  if (!Array.isArray(texts)) throw typeError("texts", "a list of lists of tokens", texts);
  const grams = texts.flatMap((tokens, i) => {
    if (!Array.isArray(tokens)) throw typeError(`texts[${i}]`, "a list of tokens", tokens);
    return tokens.slice(n - 1).map((_, from) => JSON.stringify(tokens.slice(from, from + n)));
  });
  if (grams.length === 0) throw rangeError("texts", `a text of at least ${n} tokens`, "none");
  return new Set(grams).size / grams.length;
}
