import { rangeError } from "../engine/errors.ts";

/** Host-side checks of the metrics: plain numbers and arrays of them, no engine. */

/** Throws unless both arrays have the same length, and at least one element. */
export function checkLengths(
  argument: string,
  values: ArrayLike<number>,
  reference: string,
  expected: ArrayLike<number>,
): void {
  if (expected.length === 0) throw rangeError(reference, "at least one row", "none");
  if (values.length !== expected.length)
    throw rangeError(argument, `${expected.length} values, as many as ${reference}`, values.length);
}

/** Throws unless every label is an integer in [0, nClasses). */
export function checkLabels(argument: string, labels: ArrayLike<number>, nClasses: number): void {
  const expected = nClasses === Infinity ? "a class id >= 0" : `a class id from 0 to ${nClasses - 1}`;
  for (let i = 0; i < labels.length; i++) {
    const y = labels[i]!;
    if (!(y >= 0 && y < nClasses && Number.isInteger(y))) throw rangeError(`${argument}[${i}]`, expected, y);
  }
}

/** Throws unless there are at least two classes. */
export function checkClasses(nClasses: number): void {
  if (!(Number.isInteger(nClasses) && nClasses >= 2))
    throw rangeError("nClasses", "an integer >= 2", nClasses);
}

/** Throws at the first NaN; infinite scores only order the rows and are fine. */
export function checkScores(argument: string, scores: ArrayLike<number>): void {
  for (let i = 0; i < scores.length; i++) {
    if (Number.isNaN(scores[i])) throw rangeError(`${argument}[${i}]`, "a number", scores[i]);
  }
}

/** Throws at the first value that is NaN or infinite. */
export function checkFinite(argument: string, values: ArrayLike<number>): void {
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i])) throw rangeError(`${argument}[${i}]`, "a finite number", values[i]);
  }
}

/**
 * Throws unless the labels are class ids and `probabilities` holds `nClasses` numbers in [0, 1] a row that
 * sum to 1 (within 1e-3: float32 softmax is far closer, unnormalised scores are far off).
 */
export function checkProbabilities(
  labels: ArrayLike<number>,
  probabilities: ArrayLike<number>,
  nClasses: number,
): void {
  checkClasses(nClasses);
  if (labels.length === 0) throw rangeError("labels", "at least one row", "none");
  checkLabels("labels", labels, nClasses);
  if (probabilities.length !== labels.length * nClasses)
    throw rangeError(
      "probabilities",
      `${labels.length * nClasses} values (${labels.length} rows of ${nClasses})`,
      probabilities.length,
    );
  for (let i = 0; i < probabilities.length; i += nClasses) {
    let sum = 0;
    for (let k = i; k < i + nClasses; k++) {
      const p = probabilities[k]!;
      if (!(p >= 0 && p <= 1 + 1e-6)) throw rangeError(`probabilities[${k}]`, "a number from 0 to 1", p);
      sum += p;
    }
    if (Math.abs(sum - 1) > 1e-3) throw rangeError(`probabilities of row ${i / nClasses}`, "a sum of 1", sum);
  }
}
