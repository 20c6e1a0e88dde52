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
      ["CONTRIBUTING.md", "docs/contributing"],
      ["SECURITY.md", "docs/security"],
      ["CHANGELOG.md", "docs/changelog"],
    ],
  },
];

/** First heading of a page of the repository, without marks. */
export function headingOf(text: string): string {
  return (/^# (.*)$/m.exec(text)?.[1] ?? "").replaceAll("`", "");
}

/** The sidebar of the guides: headings of the files themselves. */
export function guideSidebar(): { text: string; items: { text: string; link: string }[] }[] {
  return guides.map(({ heading, pages }) => ({
    text: heading,
    items: pages.map(([file, page]) => ({
      text: page === "docs/overview" ? "Overview" : headingOf(readRepository(file)),
      link: `/${page}`,
    })),
  }));
}
