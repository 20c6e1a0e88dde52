import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../../..", import.meta.url));

/** Returns the path of a file of the repository, from its root. */
export const repositoryPath = (path: string): string => join(root, path);

/** Returns the text of a file of the repository. */
export const readRepository = (path: string): string => readFileSync(repositoryPath(path), "utf8");

/** Returns the folder of a paper in the repository. */
export const folderOf = (slug: string): string => `packages/papers/src/${slug}`;
