import { checkNumber, rangeError, typeError } from "../engine/checks.ts";
import { readOptions } from "../engine/options.ts";
import { checkBits, codeOf, codeRange, roundHalfEven } from "./code-range.ts";
import { zeroPointRange } from "./fake-quant.ts";

/**
 * Codes in as few bytes as they need: one behind the other, `bits` bits each, the first in the lowest bits of the first byte.
 *
 * Of 4 bits that is the order of ONNX's INT4 and UINT4: two codes a byte, the first in the low half.
 *
 * @param codes integers that `bits` bits hold, with or without signs (two's complement)
 * @param bits 2 to 8
 * @returns `ceil(n bits / 8)` bytes, what is left over 0
 * @throws RangeError for other bits, and a code that they don't hold
 * @example
 * packIntegers([1, -2], 4) // [225]
 */
export function packIntegers(codes: ArrayLike<number>, bits: number): Uint8Array {
  checkBits("bits", bits);
  const bytes = new Uint8Array(Math.ceil((codes.length * bits) / 8));
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i];
    if (!Number.isInteger(code) || code < -(2 ** (bits - 1)) || code >= 2 ** bits)
      throw rangeError(`codes[${i}]`, `an integer of ${bits} bits`, code);
    const at = i * bits;
    const placed = (code & (2 ** bits - 1)) << (at % 8);
    bytes[at >> 3] |= placed & 255;
    if (placed > 255) bytes[(at >> 3) + 1] |= placed >> 8;
  }
  return bytes;
}

/** Of {@link unpackIntegers}. */
export interface UnpackOptions {
  /** 2 to 8. */
  bits: number;
  /** How many codes there are. */
  count: number;
  /** Default true. */
  signed?: boolean;
}

/**
 * The codes of {@link packIntegers}.
 *
 * @param bytes at least `ceil(count bits / 8)`
 * @param options `bits`, `count`, `signed`
 * @returns the codes
 * @throws RangeError for too few bytes, other bits, a count that is no integer >= 0
 * @example
 * unpackIntegers(Uint8Array.of(225), { bits: 4, count: 2 }) // [1, -2]
 */
export function unpackIntegers(bytes: Uint8Array, options: UnpackOptions): Int16Array {
  const { bits, count, signed } = readOptions("unpackIntegers", options, {
    bits: true,
    count: { min: 0, integer: true },
    signed: [true],
  });
  checkBits("bits", bits);
  if (!(bytes instanceof Uint8Array)) throw typeError("bytes", "a Uint8Array", bytes);
  const needed = Math.ceil((count * bits) / 8);
  if (bytes.length < needed) throw rangeError("bytes", `at least ${needed} bytes`, bytes);
  return Int16Array.from({ length: count }, (_, i) => {
    const at = i * bits;
    const both = bytes[at >> 3] | ((bytes[(at >> 3) + 1] ?? 0) << 8);
    const code = (both >> (at % 8)) & (2 ** bits - 1);
    return signed && code >= 2 ** (bits - 1) ? code - 2 ** bits : code;
  });
}

/** How numbers become integers. */
export interface IntegerForm {
  /** > 0 */
  scale: number;
  /** The integer that stands for 0. */
  zeroPoint: number;
  bits: number;
  /** Default true. */
  signed?: boolean;
}

/**
 * The integer that stands for 0, for integer arithmetic instead of an offset: `clip(round(-beta / s), -128, 127)`, without signs to
 * `0 ... 255`. The offset that it means, `-s z`, is up to half a step from `beta`, and farther where z was cut.
 *
 * @param scale s > 0
 * @param beta the offset
 * @param options `signed`, default true
 * @throws RangeError for a scale <= 0 and an offset that isn't finite
 * @example
 * zeroPointOf(0.25, -0.31) // 1
 */
export function zeroPointOf(scale: number, beta: number, options: { signed?: boolean } = {}): number {
  readOptions("zeroPointOf", options, { signed: true });
  checkNumber("scale", scale, { above: 0 });
  checkNumber("beta", beta);
  // Not -0.
  return codeOf(-beta, scale, 0, zeroPointRange(options.signed ?? true)) + 0;
}

/**
 * The integers of numbers: `clip(round(x / s + z), qmin, qmax)`.
 *
 * @param x numbers
 * @param form `scale`, `zeroPoint`, `bits`, `signed`
 * @throws RangeError for a scale <= 0, a zero point that is no integer, other bits, and NaN
 * @example
 * quantizeToIntegers([-1.3, 0.45, 2.2], { scale: 0.25, zeroPoint: 1, bits: 4 }) // [-4, 3, 7]
 */
export function quantizeToIntegers(x: ArrayLike<number>, form: IntegerForm): Int16Array {
  const { scale, zeroPoint, bits, signed } = readOptions("quantizeToIntegers", form, {
    scale: { above: 0 },
    zeroPoint: { integer: true },
    bits: true,
    signed: [true],
  });
  const [min, max] = codeRange(bits, { signed });
  return Int16Array.from({ length: x.length }, (_, i) => {
    if (Number.isNaN(x[i])) throw rangeError(`x[${i}]`, "a number", x[i]);
    return roundHalfEven(Math.min(Math.max(x[i] / scale + zeroPoint, min), max));
  });
}
