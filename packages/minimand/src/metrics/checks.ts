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

/** Throws unless every label is an integer in [0, classes). */
export function checkLabels(argument: string, labels: ArrayLike<number>, classes: number): void {
  const expected = classes === Infinity ? "a class id >= 0" : `a class id from 0 to ${classes - 1}`;
  for (let i = 0; i < labels.length; i++) {
    const y = labels[i]!;
    if (!(y >= 0 && y < classes && Number.isInteger(y))) throw rangeError(`${argument}[${i}]`, expected, y);
  }
}

/** Throws unless there are at least two classes. */
export function checkClasses(classes: number): void {
  if (!(Number.isInteger(classes) && classes >= 2)) throw rangeError("classes", "an integer >= 2", classes);
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
 * Throws unless the labels are class ids and `probabilities` holds `classes` numbers in [0, 1] a row that
 * sum to 1 (within 1e-3: float32 softmax is far closer, unnormalised scores are far off).
 */
export function checkProbabilities(
  labels: ArrayLike<number>,
  probabilities: ArrayLike<number>,
  classes: number,
): void {
  checkClasses(classes);
  if (labels.length === 0) throw rangeError("labels", "at least one row", "none");
  checkLabels("labels", labels, classes);
  if (probabilities.length !== labels.length * classes)
    throw rangeError(
      "probabilities",
      `${labels.length * classes} values (${labels.length} rows of ${classes})`,
      probabilities.length,
    );
  for (let i = 0; i < probabilities.length; i += classes) {
    let sum = 0;
    for (let k = i; k < i + classes; k++) {
      const p = probabilities[k]!;
      if (!(p >= 0 && p <= 1 + 1e-6)) throw rangeError(`probabilities[${k}]`, "a number from 0 to 1", p);
      sum += p;
    }
    if (Math.abs(sum - 1) > 1e-3) throw rangeError(`probabilities of row ${i / classes}`, "a sum of 1", sum);
  }
}
