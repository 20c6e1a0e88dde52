import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { gunzip, gzip, type ZlibOptions } from "node:zlib";
import { parseJson } from "minimand/engine";

/* How the result of a trial is kept, in a folder or in a database: compressed JSON, with a sum that tells damage. */

/** SHA-256 of a value as JSON: of a key, the trial's name; of a key and what is kept under it, the sum. */
export function hashOf(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex");
}

const packed = promisify<string, Uint8Array>(gzip);
const unpacked = promisify<Uint8Array, ZlibOptions, Buffer>(gunzip);

/** Few bytes may be made to unpack to many. */
const limits: ZlibOptions = { maxOutputLength: 2 ** 27 };

/** A value as compressed JSON. */
export function pack(value: unknown): Promise<Uint8Array> {
  return packed(`${JSON.stringify(value)}\n`);
}

/** What {@link pack} was given; undefined where the bytes are none of its. */
export async function unpack(bytes: Uint8Array): Promise<unknown> {
  try {
    return parseJson((await unpacked(bytes, limits)).toString());
  } catch {
    return undefined;
  }
}
