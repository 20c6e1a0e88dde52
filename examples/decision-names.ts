/*
 * Names of decisions for those who ask. A bandit names its decisions so that a replay of the journal gives the same names, which anyone can
 * compute who knows the algorithm. Whoever reports rewards over a network gets that name with 128 bits of an HMAC behind it, by a random key in
 * the folder of the decisions: names can't be guessed, and the same folder gives the same names after a restart.
 */
import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { writeWhole } from "./decision-folder.ts";

/** Names that can't be guessed. */
export interface DecisionNames {
  nameOf(decisionId: string): string;
  /** The bandit's own name; null for a name that wasn't given out here. */
  decisionOf(name: string): string | null;
}

const keyBytes = 32;

/**
 * Opens the names of a folder that this process has for itself; the first time their key is made, which only the owner can read.
 *
 * @throws RangeError for a key that is damaged; the error of the operating system
 */
export async function decisionNames(folder: string): Promise<DecisionNames> {
  const key = await keyOf(join(folder, "names.key"));
  const nameOf = (decisionId: string): string => {
    const mac = createHmac("sha256", key).update(decisionId).digest().subarray(0, 16);
    return `${decisionId}.${mac.toString("base64url")}`;
  };
  return {
    nameOf,
    decisionOf(name) {
      const decisionId = name.slice(0, Math.max(0, name.lastIndexOf(".")));
      const [given, expected] = [Buffer.from(name), Buffer.from(nameOf(decisionId))];
      return given.length === expected.length && timingSafeEqual(given, expected) ? decisionId : null;
    },
  };
}

async function keyOf(path: string): Promise<Buffer> {
  const found = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    throw error;
  });
  if (found?.length === keyBytes) return found;
  if (found !== null)
    throw new RangeError(
      `${path}: expected ${keyBytes} bytes, got ${found.length}; put it back from a copy, or remove it: decisions that wait can't be rewarded then`,
    );
  const key = randomBytes(keyBytes);
  await writeWhole(path, key, 0o600);
  return key;
}
