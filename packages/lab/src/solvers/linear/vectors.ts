/* Loops over vectors of one length, in place. Sums go from the first number to the last. */

/** `a' b` */
export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

export const normOf = (v: Float64Array): number => Math.sqrt(dot(v, v));

/** `x += factor p` */
export function addScaled(x: Float64Array, factor: number, p: Float64Array): void {
  for (let i = 0; i < x.length; i++) x[i] += factor * p[i];
}

/** `x += factor p`. @returns `x' x` */
export function addScaledSquare(x: Float64Array, factor: number, p: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) {
    const next = x[i] + factor * p[i];
    x[i] = next;
    sum += next * next;
  }
  return sum;
}

/** `p = z + factor p`. @returns `p' p` */
export function turnTo(z: Float64Array, factor: number, p: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < p.length; i++) {
    const next = z[i] + factor * p[i];
    p[i] = next;
    sum += next * next;
  }
  return sum;
}
