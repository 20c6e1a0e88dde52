import { rangeError } from "../../engine/errors.ts";
import { normal, type RandomSource } from "../../engine/random.ts";

/** The next number in [0, 1); a source that gives anything else is refused. */
function uniform(random: RandomSource): number {
  const u = random();
  if (!(u >= 0 && u < 1)) throw rangeError("random", "numbers in [0, 1)", u);
  return u;
}

/** The next number strictly between 0 and 1, where logarithms are finite. */
function openUniform(random: RandomSource): number {
  const u = uniform(random);
  return u === 0 ? openUniform(random) : u;
}

/** A Laplace number of scale 1: `-sign(u - 1/2) log(1 - 2 |u - 1/2|)`. */
export function laplace(random: RandomSource): number {
  const u = openUniform(random);
  // 1 - 2 |u - 1/2| without the rounding of u - 1/2.
  return u < 0.5 ? Math.log(2 * u) : -Math.log(2 * (1 - u));
}

/** A standard normal number. */
export const gaussian = (random: RandomSource): number => normal(() => uniform(random));

/**
 * A value of sensitivity 1 with Laplace noise, rounded so that the digits of the sum don't reveal the value.
 *
 * `clamp(round(clamp(value) + s lambda log(U)))` to multiples of the least power of two >= lambda; U has all numbers of
 * float64 in (0, 1), each as often as the reals it stands for.
 */
export function snapped(value: number, lambda: number, bound: number, random: RandomSource): number {
  const sign = uniform(random) < 0.5 ? -1 : 1;
  const clamp = (x: number): number => Math.min(bound, Math.max(-bound, x));
  const grid = 2 ** Math.ceil(Math.log2(lambda));
  const sum = clamp(value) + sign * lambda * Math.log(denseUniform(random));
  return clamp(Math.round(sum / grid) * grid);
}

/** A number in (0, 1) with 53 random digits, however small: the exponent is drawn too. */
function denseUniform(random: RandomSource): number {
  let exponent = -1;
  while (exponent > -1000 && uniform(random) < 0.5) exponent--;
  const high = Math.floor(uniform(random) * 2 ** 26);
  const low = Math.floor(uniform(random) * 2 ** 26);
  return (1 + (high * 2 ** 26 + low) * 2 ** -52) * 2 ** exponent;
}
