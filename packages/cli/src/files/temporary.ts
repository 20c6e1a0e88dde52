import { randomUUID } from "node:crypto";

/** Ends the name of every file and folder that is still being written: no other program uses it. */
const ending = ".minimand-partial";

/** Returns a new name next to `path` for what is about to get the name `path`. */
export function temporaryFor(path: string): string {
  return `${path}.${randomUUID().slice(0, 8)}${ending}`;
}

/** Whether a name comes from {@link temporaryFor}. */
export function isTemporary(name: string): boolean {
  return /.\.[0-9a-f]{8}\.minimand-partial$/.test(name);
}
