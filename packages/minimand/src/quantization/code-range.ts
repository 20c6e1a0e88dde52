import { checkNumber } from "../engine/checks.ts";

/** Fewest and most bits of a code. */
const bitLimits = { min: 2, max: 8 } as const;

/** Bits of all widths that a code may have, 2 to 8. */
export const everyBits: readonly number[] = [2, 3, 4, 5, 6, 7, 8];

/** Which integers are codes. */
export interface CodeRangeOptions {
  /** Default true. */
  signed?: boolean;
  /** Whether signed codes leave out the least one, so that they are symmetric; default false. */
  narrowRange?: boolean;
}

/** Throws unless this is a number of bits, 2 to 8. */
export function checkBits(argument: string, bits: number): void {
  checkNumber(argument, bits, { ...bitLimits, integer: true });
}

/** Smallest and largest code: `-2^(b-1)` to `2^(b-1) - 1`, or `0` to `2^b - 1`. */
export function codeRange(
  bits: number,
  { signed = true, narrowRange = false }: CodeRangeOptions = {},
): [min: number, max: number] {
  checkBits("bits", bits);
  if (!signed) return [0, 2 ** bits - 1];
  const half = 2 ** (bits - 1);
  return [narrowRange ? 1 - half : -half, half - 1];
}

/** The nearest integer, the even one of two: as the engine rounds. */
export function roundHalfEven(x: number): number {
  const rounded = Math.round(x);
  return rounded - x === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}

/** The code of a number: `clip((x - beta) / s, min, max)`, rounded. */
export function codeOf(
  x: number,
  scale: number,
  beta: number,
  [min, max]: readonly [number, number],
): number {
  return roundHalfEven(Math.min(Math.max((x - beta) / scale, min), max));
}
