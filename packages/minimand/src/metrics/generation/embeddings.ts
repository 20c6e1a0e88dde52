import { rangeError, typeError } from "../../engine/errors.ts";
import { checkFinite } from "../checks.ts";

/** Throws unless these are finite vectors of one length, none of them 0, and at least so many. */
export function checkVectors(argument: string, vectors: readonly ArrayLike<number>[], atLeast: number): void {
  if (!Array.isArray(vectors)) throw typeError(argument, "a list of vectors", vectors);
  if (vectors.length < atLeast)
    throw rangeError(argument, `at least ${atLeast} vector${atLeast === 1 ? "" : "s"}`, vectors.length);
  for (const [i, vector] of (vectors as readonly ArrayLike<number>[]).entries()) {
    if (vector?.length !== vectors[0].length)
      throw rangeError(`${argument}[${i}]`, `${vectors[0].length} numbers`, vector);
    checkFinite(`${argument}[${i}]`, vector);
    if (Array.from(vector).every((v) => v === 0)) throw rangeError(`${argument}[${i}]`, "a direction", 0);
  }
}

/** The cosine of two vectors that aren't 0. */
export function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [product, ofA, ofB] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    product += a[i] * b[i];
    ofA += a[i] ** 2;
    ofB += b[i] ** 2;
  }
  return product / Math.sqrt(ofA * ofB);
}
