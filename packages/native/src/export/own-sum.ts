import { encodeModel, type Model } from "../onnx/model.ts";
import { sha256 } from "./sha256.ts";

/** The key in the metadata of a file under which it holds its own sum. */
export const sumKey = "minimand.sha256";

/** The placeholder of the sum while it is computed. */
const blank = "0".repeat(64);

const textBytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Returns the file of a model with, in its metadata, the SHA-256 of itself with zeros in the place of the digits. */
export function encodeWithSum(model: Model): Uint8Array<ArrayBuffer> {
  const bytes = encodeModel({ ...model, metadata: { ...model.metadata, [sumKey]: blank } });
  bytes.set(textBytes(sha256(bytes)), placeOf(bytes, blank));
  return bytes;
}

/**
 * Checks a file against its own sum, if it has one.
 *
 * @throws RangeError for a file that isn't the one that was written
 */
export function checkOwnSum(bytes: Uint8Array, metadata: Readonly<Record<string, string>>): void {
  const stored = metadata[sumKey];
  if (stored === undefined) return;
  const place = stored.length === blank.length ? placeOf(bytes, stored) : -1;
  if (place < 0 || sumOf(bytes, place) !== stored)
    throw new RangeError(
      "model: expected the content of its own SHA-256, got one that was changed or damaged: write it again",
    );
}

/** Where the digits begin: behind the key and, as protobuf writes it, the field 2 of 64 bytes. */
function placeOf(bytes: Uint8Array, digits: string): number {
  const before = textBytes(`${sumKey}\x12\x40`);
  const sought = [...before, ...textBytes(digits)];
  for (let at = bytes.length - sought.length; at >= 0; at--)
    if (sought.every((byte, i) => bytes[at + i] === byte)) return at + before.length;
  return -1;
}

function sumOf(bytes: Uint8Array, place: number): string {
  const blanked = bytes.slice();
  blanked.set(textBytes(blank), place);
  return sha256(blanked);
}
