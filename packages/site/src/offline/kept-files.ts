import { createHash } from "node:crypto";
import { existsSync, globSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";

/** Folders of pages that are many, and kept only once they were read. */
const onlyVisited = /^(api|source|papers\/[^/]+)\//;

/** A file that is kept from the first visit on, with what distinguishes its versions: null where its name does. */
export interface KeptFile {
  url: string;
  revision: string | null;
}

/**
 * Returns the files of a built site that are kept from the first visit on: the pages but for references and sources, the scripts, styles
 * and fonts that they load, and the search. What is loaded only when something runs, the engine first of all, is not among them.
 *
 * @param folder that was built
 * @param base path that addresses in it begin with, with slashes around it
 */
export function keptFiles(folder: string, base: string): KeptFile[] {
  const pages = globSync("**/*.html", { cwd: folder })
    .map((file) => file.replaceAll("\\", "/"))
    .filter((page) => !onlyVisited.test(page) && page !== "404.html");
  const search = globSync("assets/chunks/{@localSearchIndex,VPLocalSearchBox}*.js", { cwd: folder });
  const found = new Set([...pages, ...search]);
  // A set that grows while it is walked: what is loaded by what is loaded.
  for (const file of found) {
    const text = /\.(html|js)$/.test(file) ? readFileSync(join(folder, file), "utf8") : "";
    const loaded = file.endsWith(".html") ? loadedByPage(text, base) : loadedByScript(text, file);
    for (const one of loaded) if (existsSync(join(folder, one))) found.add(one);
  }
  return [...found].sort().map((url) => ({
    url,
    revision: url.startsWith("assets/") ? null : sum(readFileSync(join(folder, url))),
  }));
}

/** Scripts, styles, fonts and pictures of a page, and its own script as links to it load it. */
function loadedByPage(text: string, base: string): string[] {
  const tags = text.matchAll(
    /<(?:script|img|link rel="(?:icon|preload|modulepreload|preload stylesheet)")\s[^>]*?(?:src|href)="([^"]*)"/g,
  );
  const files = [...tags].map(([, address]) => address).filter((address) => address.startsWith(base));
  return files.flatMap((address) => {
    const file = address.slice(base.length);
    return [file, file.replace(/\.lean\.js$/, ".js")];
  });
}

/** What a script imports as it is loaded. */
function loadedByScript(text: string, file: string): string[] {
  const imports = text.matchAll(/\b(?:from|import)\s*"(\.[^"]+\.js)"/g);
  return [...imports].map(([, path]) => posix.join(posix.dirname(file), path));
}

const sum = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex").slice(0, 16);
