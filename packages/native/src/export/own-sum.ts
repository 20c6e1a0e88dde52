import { createHash } from "node:crypto";
import { encodeModel, type Model } from "../onnx/model.ts";

/** The key in the metadata of a file under which it holds its own sum. */
export const sumKey = "minimand.sha256";

/** What stands in the place of the sum while it is computed. */
const blank = "0".repeat(64);

/** The file of a model with, in its metadata, the SHA-256 of itself with zeros in the place of the digits. */
export function encodeWithSum(model: Model): Uint8Array<ArrayBuffer> {
  const bytes = encodeModel({ ...model, metadata: { ...model.metadata, [sumKey]: blank } });
  const place = placeOf(bytes, blank);
  bytes.set(new TextEncoder().encode(sumOf(bytes, place)), place);
  return bytes;
}

/**
 * Checks a file against its own sum, if it has one.
 *
 * @throws RangeError for a file that isn't the one that was written
 */
export function checkOwnSum(bytes: Uint8Array, metadata: Readonly<Record<string, string>>): void {
  const told = metadata[sumKey];
  if (told === undefined) return;
  const place = placeOf(bytes, told);
  if (place < 0 || sumOf(bytes, place) !== told)
    throw new RangeError(
      "model: expected the content that its own SHA-256 tells, got one that was changed or damaged",
    );
}

/** Where the digits begin: behind the key and, as protobuf writes it, the field 2 of 64 bytes. */
function placeOf(bytes: Uint8Array, digits: string): number {
  const before = `${sumKey}\x12\x40`;
  const at = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).lastIndexOf(before + digits);
  return at < 0 ? -1 : at + before.length;
}

function sumOf(bytes: Uint8Array, place: number): string {
  return createHash("sha256")
    .update(bytes.subarray(0, place))
    .update(blank)
    .update(bytes.subarray(place + blank.length))
    .digest("hex");
}
