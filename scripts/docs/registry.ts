import { existsSync, globSync, readFileSync } from "node:fs";
import { basename, dirname } from "node:path";

const papers = "packages/papers/src";

/** Lists the papers, each a folder with a card, in the order of their dates: files in `packages/papers/src/registry/`, by their paths. */
export function registryFiles(): Map<string, string> {
  const slugs = globSync(`${papers}/*/card.ts`)
    .map((file) => ({ slug: basename(dirname(file)), key: publishedOf(readFileSync(file, "utf8")) }))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ slug }) => slug);
  const having = (part: string) => slugs.filter((slug) => existsSync(`${papers}/${slug}/${part}`));
  return new Map([
    [`${papers}/registry/cards.ts`, cardsFile(slugs)],
    [`${papers}/registry/figures.ts`, figuresFile(having("figure.ts"))],
    [`${papers}/registry/lessons.ts`, lessonsFile(having("lesson"))],
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

const listOf = (lines: readonly string[], [open, close]: string): string =>
  `${open}\n${lines.map((line) => `  ${line},\n`).join("")}${close};\n`;

/** Imports a file of each folder; `as` is what it takes from there by a name. */
const importsOf = (slugs: readonly string[], file: string, as: (name: string) => string): string =>
  slugs
    .toSorted()
    .map((slug) => `import ${as(nameOf(slug))} from "../${slug}/${file}";\n`)
    .join("");

const bySlug = (slugs: readonly string[]): string =>
  listOf(
    slugs.map((slug) => (slug.includes("-") ? `"${slug}": ${nameOf(slug)}` : slug)),
    "{}",
  );

/** A literal for each, so that a bundler can split them. */
const loadersOf = (slugs: readonly string[], file: string): string =>
  listOf(
    slugs.map((slug) => `${slug.includes("-") ? `"${slug}"` : slug}: () => import("../${slug}/${file}")`),
    "{}",
  );

const cardsFile = (slugs: readonly string[]): string =>
  `${written}${importsOf(slugs, "card.ts", (name) => `* as ${name}`)}\nexport const registry = ${listOf(slugs.map(nameOf), "[]")}`;

const figuresFile = (slugs: readonly string[]): string =>
  `${written}${importsOf(slugs, "figure.ts", (name) => `{ figures as ${name} }`)}\nexport const registry = ${bySlug(slugs)}`;

const lessonsFile = (slugs: readonly string[]): string =>
  `${written}${importsOf(slugs, "lesson/controls.ts", (name) => `{ lesson as ${name} }`)}\nexport const registry = ${bySlug(slugs)}\nexport const loaders = ${loadersOf(slugs, "lesson/show.ts")}`;

const reproductionsFile = (slugs: readonly string[]): string =>
  `${written}export const loaders = ${loadersOf(slugs, "run/reproduction.ts")}`;
