import { existsSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import {
  reproductionFigures,
  reproductionRuleLog,
  reproductionSettings,
  reproductionTables,
} from "@minimand/cli/reproduction-parts";
import { html, type Markup } from "@minimand/compare/report";
import type { ReproductionFile } from "@minimand/papers";
import { verdictMarks } from "../catalogue/words.ts";
import { asPart, figureWidth } from "../figures/as-part.ts";
import { frontmatter } from "./frontmatter.ts";
import { onOneLine } from "./on-one-line.ts";
import { folderOf, repositoryPath } from "./repository.ts";

/** Names of the committed runs of a paper: of the default scale, and of the full one where it was run. */
export const evidenceRuns = ["report", "report-full"] as const;

/**
 * Returns the pages that show the committed runs of a paper, and the files with their numbers, by their paths.
 *
 * @param slug of the paper
 */
export function evidenceOf(slug: string): [path: string, content: string | Uint8Array][] {
  return evidenceRuns.flatMap((run): [string, string | Uint8Array][] => {
    const packed = repositoryPath(`${folderOf(slug)}/${run}.json.gz`);
    if (!existsSync(packed)) return [];
    const report = gunzipSync(readFileSync(packed));
    const others = [run.replace("report", "measured"), "tuned", "rule-log"]
      .map((name) => `${name}.json`)
      .filter((name) => existsSync(repositoryPath(`${folderOf(slug)}/${name}`)));
    const file = JSON.parse(report.toString()) as ReproductionFile;
    return [
      [`papers/${slug}/${run}.md`, evidencePage(file, [`${run}.json`, ...others])],
      [`public/papers/${slug}/${run}.json`, report],
      ...others.map((name): [string, Uint8Array] => [
        `public/papers/${slug}/${name}`,
        readFileSync(repositoryPath(`${folderOf(slug)}/${name}`)),
      ]),
    ];
  });
}

/** What each file of numbers holds. */
const about: Record<string, string> = {
  report: "every number of the run, its settings and versions",
  measured: "the rows behind the tables of the paper's page",
  tuned: "what tuning tried and chose, on other seeds",
  "rule-log": "every change of the rule and of the protocol",
};

function evidencePage(file: ReproductionFile, downloads: readonly string[]): string {
  const { card, verdict, because, scale } = file;
  const mark = verdictMarks[verdict];
  const part = (content: Markup | Markup[]): string =>
    `<div class="paper-figure report-part" v-pre>${asPart(onOneLine(html`${content}`))}</div>`;
  const rows = downloads.map((name) => {
    const kind = name.replace(/(-full)?\.json$/, "");
    return `- <a href="./${name}" download>${name}</a>: ${about[kind]}`;
  });
  return [
    frontmatter({
      title: `${card.title}: report of the run`,
      description: `The committed ${scale} run of ${card.title}: every table and figure, seeds, settings, versions, and the files to download.`,
      pageClass: "paper evidence",
      aside: false,
      search: false,
      prev: false,
      next: false,
    }),
    `# Report: ${card.title}`,
    `The committed run at the ${scale} scale, as \`minimand reproduce\` wrote it. [The paper's page](/papers/${card.slug}.md) explains it.`,
    onOneLine(
      html`<p class="paper-verdict ${mark.className}" v-pre><span class="chip"><b aria-hidden="true">${mark.glyph}</b> ${verdict}</span> ${because}</p>`,
    ),
    "## Files",
    rows.join("\n"),
    "## Tables",
    ...reproductionTables(file).map(part),
    "## Figures",
    ...reproductionFigures(file, figureWidth).map(part),
    part(reproductionSettings(file)),
    part(reproductionRuleLog(file)),
    "",
  ].join("\n\n");
}
