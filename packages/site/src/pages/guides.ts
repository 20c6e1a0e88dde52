import { html } from "@minimand/compare/report";
import { frontmatter } from "./frontmatter.ts";
import { onOneLine } from "./on-one-line.ts";
import { readRepository } from "./repository.ts";

/** Pages of the repository that are guides of the site: file, and address below the site's own. */
export const guides: { heading: string; pages: [file: string, page: string][] }[] = [
  {
    heading: "On your data",
    pages: [
      ["README.md", "docs/overview"],
      ["docs/first-comparison.md", "docs/first-comparison"],
      ["docs/compare.md", "docs/compare"],
      ["docs/compare-in-the-page.md", "docs/compare-in-the-page"],
      ["docs/statistics.md", "docs/statistics"],
      ["docs/reading.md", "docs/reading"],
      ["docs/results.md", "docs/results"],
      ["docs/own-candidates.md", "docs/own-candidates"],
      ["docs/preferences.md", "docs/preferences"],
      ["docs/export.md", "docs/export"],
      ["docs/enhance.md", "docs/enhance"],
      ["docs/denoise.md", "docs/denoise"],
      ["docs/prompts.md", "docs/prompts"],
      ["docs/solve.md", "docs/solve"],
    ],
  },
  {
    heading: "Beyond one machine",
    pages: [
      ["docs/shared-runs.md", "docs/shared-runs"],
      ["docs/scale.md", "docs/scale"],
      ["docs/site.md", "docs/site"],
      ["docs/serve.md", "docs/serve"],
    ],
  },
  {
    heading: "In your code",
    pages: [
      ["docs/ownership.md", "docs/ownership"],
      ["docs/own-loss.md", "docs/own-loss"],
      ["docs/own-model.md", "docs/own-model"],
      ["docs/training-loop.md", "docs/training-loop"],
      ["docs/bandits.md", "docs/bandits"],
      ["docs/browser.md", "docs/browser"],
      ["docs/native.md", "docs/native"],
      ["docs/building-blocks.md", "docs/building-blocks"],
      ["docs/renames.md", "docs/renames"],
      ["examples/README.md", "docs/examples"],
    ],
  },
  {
    heading: "Evidence",
    pages: [
      ["docs/reproduction.md", "docs/reproduction"],
      ["bench/RESULTS.md", "docs/benchmarks"],
      ["packages/data/README.md", "docs/data"],
      ["packages/data/LICENSE-DATA.md", "docs/data-licences"],
    ],
  },
  {
    heading: "The project",
    pages: [
      ["docs/architecture.md", "docs/architecture"],
      ["docs/flows.md", "docs/flows"],
      ["docs/shapes.md", "docs/shapes"],
      ["docs/traps.md", "docs/traps"],
      ["CONTRIBUTING.md", "docs/contributing"],
      ["SECURITY.md", "docs/security"],
      ["CHANGELOG.md", "docs/changelog"],
    ],
  },
];

/** A guide as lists of guides show it. */
export interface Guide {
  page: string;
  title: string;
  /** Its first sentence; empty where it doesn't begin with one. */
  about: string;
}

/** Lists the guides under their headings. */
export function listedGuides(): { heading: string; listed: Guide[] }[] {
  return guides.map(({ heading, pages }) => ({
    heading,
    listed: pages.map(([file, page]) => {
      const text = readRepository(file);
      return {
        page,
        title: page === "docs/overview" ? "Overview" : headingOf(text),
        about: firstSentence(text),
      };
    }),
  }));
}

/** Returns the first heading of a page of the repository, without marks. */
export function headingOf(text: string): string {
  return (/^# (.*)$/m.exec(text)?.[1] ?? "").replaceAll("`", "");
}

/** Returns the first paragraph of a page without marks; empty where the page begins with anything else. */
function firstParagraph(text: string): string {
  const [, first = ""] = /^# .*\n+(?!```)([^#\n<|!-][\s\S]*?)\n\n/m.exec(text) ?? [];
  return first
    .replaceAll(/\s+/g, " ")
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replaceAll(/[*`_]/g, "");
}

/** Returns the first sentence of a page, by which lists describe it; empty where a list or a program completes it. */
const firstSentence = (text: string): string => /^.*?[.?!](?= |$)/.exec(firstParagraph(text))?.[0] ?? "";

/** Returns the beginning of a page for those who link to it: at most 200 characters. */
export function descriptionOf(text: string): string {
  const first = firstParagraph(text);
  return first.length <= 200 ? first : `${first.slice(0, first.lastIndexOf(" ", 200))} ...`;
}

/** Returns the sidebar of the guides: headings of the files themselves. */
export function guideSidebar(): { text: string; items: { text: string; link: string }[] }[] {
  return listedGuides().map(({ heading, listed }) => ({
    text: heading,
    items: listed.map(({ title, page }) => ({ text: title, link: `/${page}` })),
  }));
}

/** Returns the page at the folder of the guides, which lists them. */
export function guidesPage(): string {
  const groups = listedGuides().map(({ heading, listed }) => {
    const items = listed.map(
      ({ page, title, about }) =>
        html`<li><a href="../${page}.html">${title}</a>${about === "" ? null : `: ${about}`}</li>`,
    );
    return `## ${heading}\n\n${onOneLine(html`<ul v-pre>${items}</ul>`)}\n`;
  });
  return [
    frontmatter({
      title: "Guides",
      description:
        "All guides: compare losses on your data, use the library in your code, check the evidence.",
      prev: false,
    }),
    "# Guides\n",
    ...groups,
  ].join("\n");
}
