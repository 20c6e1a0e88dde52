import { checkNumber, rangeError, typeError } from "minimand/engine";

/** Throws unless the numbers are probabilities that sum to 1 within 1e-6 (they are not renormalised). */
export function checkDistribution(argument: string, q: ArrayLike<number>, smallest: number): void {
  if (typeof q !== "object" || q === null || typeof q.length !== "number")
    throw typeError(argument, "an array of probabilities", q);
  if (q.length < smallest) throw rangeError(argument, `at least ${smallest} probabilities`, q);
  let sum = 0;
  for (let i = 0; i < q.length; i++) {
    checkNumber(`${argument}[${i}]`, q[i], { min: 0 });
    sum += q[i];
  }
  if (Math.abs(sum - 1) > 1e-6) throw rangeError(argument, "probabilities that sum to 1", sum);
}

/** Returns the largest probability. */
export function largest(q: ArrayLike<number>): number {
  let max = 0;
  for (let i = 0; i < q.length; i++) max = Math.max(max, q[i]);
  return max;
}

/** `x^e - x`, exact as `e` approaches 1, and 0 at `x = 0` (for `e > 0`). */
export function powerExcess(x: number, eMinusOne: number): number {
  return x === 0 ? 0 : x * Math.expm1(eMinusOne * Math.log(x));
}
