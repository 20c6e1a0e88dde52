import type { Entry } from "../catalogue/entry.ts";
import { listedGuides } from "../pages/guides.ts";
import type { Reference } from "../reference/reference.ts";
import { addressOf } from "./address.ts";

/**
 * Returns the list of the site for language models, in the format of llmstxt.org: what the site is, then sections of links.
 *
 * @param url of the site
 * @param papers of the catalogue
 * @param modules of the API reference; empty for a site without it
 */
export function llmsText(url: string, papers: readonly Entry[], modules: Reference["modules"]): string {
  const line = (name: string, page: string, about: string): string =>
    `- [${name.replaceAll(/[[\]]/g, "")}](${addressOf(url, page)})${about === "" ? "" : `: ${about}`}`;
  const section = (heading: string, lines: string[]): string[] =>
    lines.length === 0 ? [] : [`## ${heading}`, lines.join("\n")];
  return [
    "# Minimand",
    "> Minimand trains the losses of research papers on a table under equal conditions and reports which are significantly better than cross-entropy or squared error. It is a command (`minimand`), a TypeScript library for Node and the browser, and a catalogue of papers whose claims were tested.",
    "The page of a paper states the rule that decides its verdict and every later change of that rule. The numbers of the committed runs can be downloaded from the page.",
    ...listedGuides().flatMap(({ heading, listed }) =>
      section(
        `Guides: ${heading}`,
        listed.map(({ title, page, about }) => line(title, `${page}.md`, about)),
      ),
    ),
    ...section(
      "Papers",
      papers.map(({ slug, title, verdict, use }) => line(title, `papers/${slug}.md`, `${verdict}. ${use}`)),
    ),
    ...section(
      "API reference",
      modules.map(({ name, page, about }) => line(name, `${page}.md`, about)),
    ),
    ...section("Optional", [
      line("papers.json", "papers.json", "the catalogue as JSON, with the reason of each verdict"),
      line("feed.json", "feed.json", "new papers and verdicts as JSON Feed"),
      line("sitemap.xml", "sitemap.xml", "every page"),
    ]),
    "",
  ]
    .join("\n\n")
    .trimEnd()
    .concat("\n");
}
