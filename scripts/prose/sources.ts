import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { docstringsOf } from "./docstrings.ts";
import { type Exception, exceptionsIn } from "./exceptions.ts";
import { generatedPages } from "./generated.ts";
import { helpTexts, passagesOfHelp } from "./help.ts";
import { newestSection, passagesOfPage } from "./markdown.ts";
import type { Passage } from "./passage.ts";

/** What is checked: pages, help and docstrings, and the exceptions written in them. */
export interface Sources {
  passages: Passage[];
  exceptions: Exception[];
}

/** Reads all that is checked in the working tree of the current folder. */
export async function readSources(): Promise<Sources> {
  const tracked = execFileSync("git", ["ls-files", "-z"], { encoding: "utf8", maxBuffer: 2 ** 26 })
    .split("\0")
    .filter((path) => existsSync(path));
  const read = (path: string): readonly [string, string] => [path, readFileSync(path, "utf8")];
  const pages = tracked.filter((path) => path.endsWith(".md") && !generatedPages.includes(path)).map(read);
  const code = tracked
    .filter((path) => /^packages\/[\w-]+\/src\/.*(?<!\.d|\.test|\.fixture)\.ts$/.test(path))
    .map(read);
  const declarations = code.filter(([path]) => /^packages\/(?:cli|compare)\//.test(path));
  const help = await helpTexts(process.cwd());
  return {
    passages: [
      ...pages.flatMap(([path, text]) =>
        passagesOfPage(path, path === "CHANGELOG.md" ? newestSection(text) : text, areaOf(path)),
      ),
      ...help.flatMap((one) => passagesOfHelp(one, declarations)),
      ...code.flatMap(([path, text]) => docstringsOf(path, text, `docstrings of ${path.split("/")[1]}`)),
    ],
    exceptions: [...pages, ...code].flatMap(([path, text]) => exceptionsIn(path, text)),
  };
}

/** The part of the project that a page belongs to. */
export function areaOf(path: string): string {
  if (path === "README.md") return "README";
  if (/^packages\/[^/]+\/README\.md$/.test(path)) return "packages' READMEs";
  if (path.startsWith("packages/papers/src/")) return "papers' pages";
  return path.startsWith("docs/") ? "docs" : "other pages";
}
