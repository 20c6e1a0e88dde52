import { readFileSync } from "node:fs";
import type { Entry } from "../catalogue/entry.ts";
import { frontmatter } from "../pages/frontmatter.ts";
import { repositoryPath } from "../pages/repository.ts";

/** A report, as `npm run screenshots` takes it. */
export const reportPicture = "docs/pictures/report.png";

/**
 * Returns the first page: what the project is, how to begin, and its newest papers. Its component is its own, so that no other page loads
 * it.
 */
export function homePage(papers: readonly Entry[]): string {
  const fields = {
    layout: "page",
    title: "Minimand: find the training loss that helps on your data",
    titleTemplate: false,
    description:
      "Minimand trains some thirty losses from research papers on your table under equal conditions and reports which are significantly better.",
    report: { address: `/${reportPicture}`, ...sizeOf(readFileSync(repositoryPath(reportPicture))) },
    verdicts: papers.map(({ verdict }) => verdict),
    newest: papers.slice(0, 3),
  };
  return `${frontmatter(fields)}
<script setup>
import HomePage from "../../src/home/HomePage.vue";
</script>

<HomePage />
`;
}

/** Returns the size of a PNG, which has twice as many pixels per side as it is shown with. */
function sizeOf(png: Buffer): { width: number; height: number } {
  return { width: png.readUInt32BE(16) / 2, height: png.readUInt32BE(20) / 2 };
}
