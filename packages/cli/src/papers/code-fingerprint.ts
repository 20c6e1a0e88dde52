import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import type { EngineUsed } from "@minimand/compare";

/**
 * A hash of the code that computes the trials of a paper: the library, the comparison, the paper's own folder and, on the
 * native engine, its compiler. With it in their names, trials of older code are never mistaken for trials of this one.
 */
export function codeFingerprint(slug: string, engine: EngineUsed["name"]): string {
  const folderOf = (name: string): string => dirname(fileURLToPath(import.meta.resolve(name)));
  return hashOf([
    folderOf("minimand"),
    folderOf("@minimand/compare"),
    join(folderOf("@minimand/papers"), slug),
    // What all papers share, and those on embeddings.
    join(folderOf("@minimand/papers"), "kit"),
    join(folderOf("@minimand/papers"), "embeddings"),
    ...(engine === "native" ? [folderOf("@minimand/native")] : []),
  ]);
}

/** A hash of names and contents of all code and frozen models below some folders, tests left out. */
export function hashOf(folders: readonly string[]): string {
  const hash = createHash("sha256");
  for (const folder of folders) {
    const files = readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /(?<!\.d|\.test|\.fixture)\.([jt]s|safetensors)$/.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name))
      .sort();
    for (const file of files)
      hash
        .update(`${relative(folder, file)}\0`)
        .update(readFileSync(file))
        .update("\0");
  }
  return hash.digest("hex");
}
