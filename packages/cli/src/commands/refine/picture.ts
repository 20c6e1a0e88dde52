import { createHash } from "node:crypto";
import { join } from "node:path";
import { writeWhole } from "../../files/write-whole.ts";
import { type PictureKind, pictureKind } from "../../pictures/picture-kind.ts";

/** A picture as a file's bytes. */
export interface Picture {
  bytes: Uint8Array;
  /** What its first bytes say. */
  type: PictureKind;
}

/**
 * Knows a picture by its first bytes.
 *
 * @param from what gave it, for the error
 * @throws UsageError for anything but PNG, JPEG and WebP
 */
export function pictureOf(bytes: Uint8Array, from: string): Picture {
  return { bytes, type: pictureKind(bytes, from) };
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

/** Whether a name is one that {@link keepPicture} gives, which leads to no other folder. */
export const isPictureFile = (name: string): boolean => /^[0-9a-f]{16}\.[a-z]+$/.test(name);

/** SHA-256 of a picture's bytes. */
export const hashOf = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
