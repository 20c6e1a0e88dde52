import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { paletteCss } from "@minimand/compare";
import { catalogue } from "./catalogue/entries.ts";
import { bundledFiles } from "./compare/bundled.ts";
import { feedFiles } from "./feeds/feeds.ts";
import { llmsText } from "./feeds/llms.ts";
import { robotsText, sitemap } from "./feeds/sitemap.ts";
import { offlinePage } from "./offline/offline-page.ts";
import type { SiteOptions } from "./options.ts";
import { sitePages } from "./pages/pages.ts";
import { readRepository, repositoryPath } from "./pages/repository.ts";
import type { Reference } from "./reference/reference.ts";
import { runFiles } from "./running/run-facts.ts";

/** Returns the folder for the pages that a process makes. */
export const rootOf = (name: string): string => repositoryPath(`packages/site/.pages/${name}`);

/**
 * Writes all that VitePress reads into a folder: pages, configuration and theme. Files that are as they should be aren't
 * touched, so that a server that watches them sees what has changed.
 */
export function writeRoot(folder: string, options: Address, reference: Reference): void {
  const pages = new Map([...sitePages(reference.addressOf), ...reference.pages]);
  const files = new Map<string, string | Uint8Array>([...pages, ...ownFiles(options, reference)]);
  files.set("public/sitemap.xml", sitemap(options.url, pages.keys()));
  for (const [path, content] of files) {
    const file = join(folder, path);
    if (existsSync(file) && readFileSync(file).equals(Buffer.from(content))) continue;
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
}

/** Removes folders when the process ends, after Ctrl-C as well. */
export function removeAtEnd(...folders: string[]): void {
  process.once("SIGINT", () => process.exit(130));
  process.once("SIGTERM", () => process.exit(143));
  process.once("exit", () => {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  });
}

type Address = Pick<SiteOptions, "url" | "out">;

function ownFiles(options: Address, { sidebar, modules }: Reference): [string, string | Uint8Array][] {
  const { url, out } = options;
  const source = (path: string): string => pathToFileURL(repositoryPath(`packages/site/src/${path}`)).href;
  return [
    [
      ".vitepress/config.mjs",
      // By a variable, since VitePress would bundle what it can see and look for the packages of the workspace in dist/.
      `const source = ${JSON.stringify(source("config.ts"))};
const { siteConfig } = await import(source);
export default siteConfig(${JSON.stringify({ url, out, reference: sidebar })});
`,
    ],
    [
      ".vitepress/theme/index.ts",
      `import "./palette.css";\nexport { default } from "../../../../src/theme/index.ts";\n`,
    ],
    [".vitepress/theme/palette.css", paletteCss(".dark")],
    ["public/offline.html", offlinePage(options)],
    // What a server that can do more answers otherwise.
    [
      "public/server.json",
      `${JSON.stringify({ base: new URL(options.url).pathname, subscriptions: false })}\n`,
    ],
    ["public/mark.svg", readRepository("packages/site/src/theme/mark.svg")],
    ["public/robots.txt", robotsText(url)],
    ["public/llms.txt", llmsText(url, catalogue(), modules)],
    ...runFiles(),
    ...bundledFiles(),
    ...feedFiles(url).map(([path, text]): [string, string] => [`public/${path}`, text]),
  ];
}
