import { existsSync, globSync, readFileSync } from "node:fs";
import { basename, dirname } from "node:path";

const papers = "packages/papers/src";

/** Lists the papers, each a folder with a card, in the order of their dates: files in `packages/papers/src/registry/`, by their paths. */
export function registryFiles(): Map<string, string> {
  const slugs = globSync(`${papers}/*/card.ts`)
    .map((file) => ({ slug: basename(dirname(file)), key: publishedOf(readFileSync(file, "utf8")) }))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ slug }) => slug);
  return new Map([
    [`${papers}/registry/cards.ts`, cardsFile(slugs)],
    [
      `${papers}/registry/figures.ts`,
      figuresFile(slugs.filter((slug) => existsSync(`${papers}/${slug}/figure.ts`))),
    ],
    [`${papers}/registry/reproductions.ts`, reproductionsFile(slugs)],
  ]);
}

/** The month of a card, and the paper's number within it. */
function publishedOf(card: string): string {
  const [date, arxiv] = ["date", "arxiv"].map(
    (name) => new RegExp(`^ {2}${name}: "(.*)"`, "m").exec(card)?.[1],
  );
  return `${date} ${arxiv}`;
}

const written = "/* Written by `npm run docs` from the folders of the papers. */\n";

const nameOf = (slug: string): string =>
  slug.replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase());

const keyOf = (slug: string): string => (slug.includes("-") ? `"${slug}"` : slug);

function cardsFile(slugs: readonly string[]): string {
  const imports = slugs.toSorted().map((slug) => `import * as ${nameOf(slug)} from "../${slug}/card.ts";`);
  const list = slugs.map((slug) => `  ${nameOf(slug)},`);
  return `${written}${imports.join("\n")}\n\nexport const registry = [\n${list.join("\n")}\n];\n`;
}

function figuresFile(slugs: readonly string[]): string {
  const imports = slugs
    .toSorted()
    .map((slug) => `import { figures as ${nameOf(slug)} } from "../${slug}/figure.ts";`);
  const entries = slugs.map((slug) => (slug.includes("-") ? `  "${slug}": ${nameOf(slug)},` : `  ${slug},`));
  return `${written}${imports.join("\n")}\n\nexport const registry = {\n${entries.join("\n")}\n};\n`;
}

function reproductionsFile(slugs: readonly string[]): string {
  const loaders = slugs.map((slug) => `  ${keyOf(slug)}: () => import("../${slug}/run/reproduction.ts"),`);
  return `${written}// A literal for each, so that a bundler can split them.\nexport const loaders = {\n${loaders.join("\n")}\n};\n`;
}
