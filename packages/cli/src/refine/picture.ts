import { createHash } from "node:crypto";
import { join } from "node:path";
import { UsageError } from "../failure.ts";
import { writeWhole } from "../files/write-whole.ts";

/** A picture as a file's bytes. */
export interface Picture {
  bytes: Uint8Array;
  /** What its first bytes say. */
  type: "png" | "jpeg" | "webp";
}

/**
 * Knows a picture by its first bytes.
 *
 * @param from what gave it, for the error
 * @throws UsageError for anything but PNG, JPEG and WebP
 */
export function pictureOf(bytes: Uint8Array, from: string): Picture {
  const starts = (at: number, text: string): boolean =>
    Buffer.from(bytes.subarray(at, at + text.length)).toString("latin1") === text;
  if (starts(0, "\x89PNG\r\n\x1a\n")) return { bytes, type: "png" };
  if (starts(0, "\xff\xd8\xff")) return { bytes, type: "jpeg" };
  if (starts(0, "RIFF") && starts(8, "WEBP")) return { bytes, type: "webp" };
  throw new UsageError(
    `${from}: expected a PNG, JPEG or WebP picture, got ${bytes.length} bytes of another kind`,
  );
}

/** Keeps a picture in a folder, in a file that is named after its bytes. */
export async function keepPicture(
  folder: string,
  { bytes, type }: Picture,
): Promise<{ file: string; sha256: string }> {
  const sha256 = hashOf(bytes);
  const file = `${sha256.slice(0, 16)}.${type}`;
  await writeWhole(join(folder, file), bytes);
  return { file, sha256 };
}

/** SHA-256 of a picture's bytes. */
export const hashOf = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
