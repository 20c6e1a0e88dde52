import { createHash } from "node:crypto";
// biome-ignore lint/style/noRestrictedImports: files of our own packages
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import type { EngineUsed } from "@minimand/compare";

/**
 * A hash of the code that computes the trials of a paper: the library and the lab, the data and the comparison, the code and the
 * frozen models of the paper. On the native engine it covers the compiler, too. With it in their names, trials of older code are never
 * mistaken for trials of this one.
 */
export const codeFingerprint = (slug: string, engine: EngineUsed["name"]): string =>
  hashOf(codeFolders(slug, engine));

/** The folders of {@link codeFingerprint}. */
export function codeFolders(slug: string, engine: EngineUsed["name"]): string[] {
  const papers = folderOf("@minimand/papers");
  // The paper's own, and what all papers share, and those on embeddings.
  const own = [`${slug}/run`, `${slug}/checkpoints`, "kit", "embeddings"]
    .map((room) => join(papers, room))
    .filter((folder) => existsSync(folder));
  return [...sharedFolders(engine), ...own];
}

const sharedFolders = (engine: EngineUsed["name"]): string[] => [
  ...["minimand", "@minimand/data", "@minimand/compare"].map(folderOf),
  // The lab has no module of its own name.
  dirname(folderOf("@minimand/lab/online")),
  ...(engine === "native" ? [folderOf("@minimand/native")] : []),
];

/**
 * A hash of all code that computes any trial of a comparison or a reproduction, and of the frozen models and tuned choices of papers.
 * Processes with equal hashes give equal results for equal trials, except for the kind of their CPU. Compiled code has another hash
 * than its source.
 */
export const sharedCodeFingerprint = (engine: EngineUsed["name"]): string =>
  hashOf(sharedCodeFolders(engine), { choices: true });

/** The folders of {@link sharedCodeFingerprint}. */
export function sharedCodeFolders(engine: EngineUsed["name"]): string[] {
  const command = ["compare", "papers", "run"].map((room) =>
    fileURLToPath(new URL(`../${room}`, import.meta.url)),
  );
  return [...sharedFolders(engine), folderOf("@minimand/papers"), ...command];
}

const folderOf = (name: string): string => dirname(fileURLToPath(import.meta.resolve(name)));

const code = /(?<!\.d|\.test|\.fixture)\.([jt]s|safetensors)$/;

/**
 * A hash of names and contents of all code and frozen models below some folders, tests and golden vectors left out.
 *
 * @param options `choices`: of what papers have chosen in tuning, too
 */
export function hashOf(folders: readonly string[], { choices = false }: { choices?: boolean } = {}): string {
  const hash = createHash("sha256");
  for (const folder of folders) {
    const files = readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter(
        (entry) =>
          entry.isFile() &&
          (code.test(entry.name) || (choices && entry.name === "tuned.json")) &&
          basename(entry.parentPath) !== "golden",
      )
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
