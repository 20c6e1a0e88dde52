import { randomUUID } from "node:crypto";
import { basename, dirname, join } from "node:path";

/** Ends the name of every file and folder that is still being written: no other program uses it. */
const ending = ".minimand-partial";

/** Bytes of a name that usual file systems take. */
const mostBytes = 255;

/** Returns a new name next to `path` for what is about to get the name `path`. A long one is cut, so that it fits where `path` does. */
export function temporaryFor(path: string): string {
  const suffix = `.${randomUUID().slice(0, 8)}${ending}`;
  const name = Buffer.from(basename(path));
  const room = mostBytes - suffix.length;
  if (name.length <= room) return path + suffix;
  // Without the part of a character that the cut leaves.
  const cut = new TextDecoder().decode(name.subarray(0, room), { stream: true });
  return join(dirname(path), cut + suffix);
}

/** Whether a name comes from {@link temporaryFor}. */
export function isTemporary(name: string): boolean {
  return /.\.[0-9a-f]{8}\.minimand-partial$/.test(name);
}
