import { rangeError } from "../engine/checks.ts";
import { crc32 } from "../engine/crc32.ts";
import { readSafetensors, type Safetensors, type Tensor, writeSafetensors } from "./safetensors.ts";

const blank = "00000000";

/** A safetensors file whose metadata begin with its own CRC-32, by which damage is noticed, and a format's name and version. */
export function writeSummed(
  format: string,
  tensors: Record<string, Tensor>,
  metadata: Record<string, string>,
): Uint8Array {
  const bytes = writeSafetensors(tensors, { crc32: blank, format, ...metadata });
  bytes.set(new TextEncoder().encode(hexOf(crc32(bytes))), placeOfSum(bytes));
  return bytes;
}

/**
 * What {@link writeSummed} has written.
 *
 * @param what the file holds, for errors
 * @param options those of `readSafetensors`
 * @returns tensors, and the metadata that were given
 * @throws RangeError, TypeError in one line for bytes that are cut off, changed or damaged, and for another format
 */
export function readSummed(
  what: string,
  format: string,
  bytes: Uint8Array,
  options: { finite?: boolean } = {},
): Safetensors {
  const { tensors, metadata: all } = readSafetensors(bytes, options);
  const { crc32: sum, format: version, ...metadata } = all;
  if (version !== format) throw rangeError(what, `the format "${format}"`, version);
  if (sum !== sumOf(bytes))
    throw rangeError(what, `bytes of the checksum ${sum}, as the file tells`, sumOf(bytes));
  return { tensors, metadata };
}

/** The checksum of a file with its own digits blanked. */
function sumOf(bytes: Uint8Array): string {
  const copy = bytes.slice();
  copy.set(new TextEncoder().encode(blank), placeOfSum(bytes));
  return hexOf(crc32(copy));
}

/** Where the digits of the checksum stand, which the metadata begin with. */
function placeOfSum(bytes: Uint8Array): number {
  const start = new TextDecoder().decode(bytes.subarray(8, 64)).indexOf('"crc32":"');
  return 8 + start + '"crc32":"'.length;
}

const hexOf = (sum: number): string => sum.toString(16).padStart(blank.length, "0");
