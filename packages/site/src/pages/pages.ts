import { existsSync, readFileSync } from "node:fs";
import { extname } from "node:path";
import { cards, type Row } from "@minimand/papers";
import { catalogue } from "../catalogue/entries.ts";
import { comparePage } from "../compare/compare-page.ts";
import { homePage, reportPicture } from "../home/home-page.ts";
import type { Reference } from "../reference/reference.ts";
import { evidenceOf, evidenceRuns } from "./evidence-page.ts";
import { frontmatter } from "./frontmatter.ts";
import { descriptionOf, guides, guidesPage, headingOf } from "./guides.ts";
import { type Linked, linkPages, sourcePage } from "./links.ts";
import { paperPage } from "./paper-page.ts";
import { folderOf, readRepository, repositoryPath } from "./repository.ts";

/**
 * Returns every page of the site in Markdown, and the pictures on them, by their paths.
 *
 * @param addressOf where the reference describes a piece of the library, below the site; null where it doesn't
 */
export function sitePages(addressOf: Reference["addressOf"]): Map<string, string | Uint8Array> {
  const pages = new Map<string, string | Uint8Array>();
  const entries = catalogue();
  pages.set("index.md", homePage(entries));
  pages.set(`public/${reportPicture}`, readFileSync(repositoryPath(reportPicture)));
  pages.set("papers/index.md", cataloguePage(entries));
  pages.set("compare.md", comparePage());
  const sources = new Set<string>();
  const linked = (file: string): string => {
    const { text, sources: shown, files }: Linked = linkPages(readRepository(file), file, pageOf);
    for (const source of shown) sources.add(source);
    for (const one of files) pages.set(`public/${one}`, readFileSync(repositoryPath(one)));
    return text;
  };
  for (const entry of entries) {
    const card = cards.find(({ slug }) => slug === entry.slug)!;
    const folder = folderOf(entry.slug);
    pages.set(
      `papers/${entry.slug}.md`,
      paperPage(entry, card, linked(`${folder}/README.md`), measuredRows(folder), addressOf),
    );
    for (const [path, content] of evidenceOf(entry.slug)) pages.set(path, content);
  }
  pages.set("docs/index.md", guidesPage());
  for (const [file, page] of guides.flatMap(({ pages }) => pages))
    pages.set(`${page}.md`, guidePage(linked(file)));
  for (const source of sources) pages.set(`${sourcePage(source)}.md`, shownSource(source));
  return pages;
}

const filePages = new Map<string, string>([
  ["packages/papers/README.md", "papers/index"],
  ...guides.flatMap(({ pages }) => pages),
  ...cards.flatMap(({ slug }) => [
    [`${folderOf(slug)}/README.md`, `papers/${slug}`] as const,
    ...evidenceRuns.map((run) => [`${folderOf(slug)}/${run}.json.gz`, `papers/${slug}/${run}`] as const),
  ]),
]);

const pageOf = (file: string): string | undefined => filePages.get(file);

function cataloguePage(papers: ReturnType<typeof catalogue>): string {
  const description = `${papers.length} papers on training whose claims were tested: what held, what did not, and what to use.`;
  return `${frontmatter({ layout: "page", title: "Papers", description, papers })}\n<PaperCatalogue />\n`;
}

/** A guide: its first paragraph describes it to those who link to it. */
const guidePage = (text: string): string =>
  `${frontmatter({ title: headingOf(text), description: descriptionOf(text) })}\n${text}`;

function measuredRows(folder: string): Row[] {
  const file = repositoryPath(`${folder}/measured.json`);
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as { rows: Row[] }).rows : [];
}

/** A file of the repository that pages link to, as it is. */
function shownSource(file: string): string {
  const text = readRepository(file);
  const fence = "`".repeat(1 + Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length)));
  return `${frontmatter({ title: file, search: false, sidebar: false, aside: false, prev: false, next: false })}
# \`${file}\`

${fence}${extname(file).slice(1)}
${text.replace(/\n$/, "")}
${fence}
`;
}
