import { plural } from "@minimand/compare";
import { UsageError } from "../failure.ts";

/** What pictures are read and written as. */
export type PictureKind = "png" | "jpeg" | "webp";

/**
 * Knows a picture by its first bytes.
 *
 * @param from what gave it, for the error
 * @throws UsageError for anything but PNG, JPEG and WebP
 */
export function pictureKind(bytes: Uint8Array, from: string): PictureKind {
  const starts = (at: number, text: string): boolean =>
    Buffer.from(bytes.subarray(at, at + text.length)).toString("latin1") === text;
  if (starts(0, "\x89PNG\r\n\x1a\n")) return "png";
  if (starts(0, "\xff\xd8\xff")) return "jpeg";
  if (starts(0, "RIFF") && starts(8, "WEBP")) return "webp";
  throw new UsageError(
    `${from}: expected a PNG, JPEG or WebP picture, got ${plural(bytes.length, "byte")} of another kind`,
  );
}
