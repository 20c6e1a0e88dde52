import { readFileSync } from "node:fs";
import { cards, practiceOf, type Row } from "@minimand/papers";
import { pageOf, readSections } from "../../bench/results.ts";
import { fillBlocks } from "./blocks.ts";
import { licencesTable } from "./licences.ts";
import {
  folderOf,
  measuredOf,
  outcomesFile,
  papersTable,
  ruleLogText,
  verdictLine,
  verdictText,
} from "./papers.ts";
import { resultFormsFile } from "./result-forms.ts";
import { tableOfView, type View } from "./view.ts";

/** Every page that holds something generated, by its path, as it has to be. */
export function generatedPages(): Map<string, string> {
  const pages = new Map<string, string>();
  pages.set("README.md", fillBlocks(read("README.md"), "verdicts", verdictLine));
  const papers = "packages/papers/README.md";
  pages.set(papers, fillBlocks(read(papers), "papers", papersTable));
  for (const { slug } of cards) pages.set(`${folderOf(slug)}/README.md`, paperPage(slug));
  for (const page of ["docs/denoise", "docs/preferences", "docs/scale"])
    pages.set(`${page}.md`, measuredPage(page));
  const licences = "packages/data/LICENSE-DATA.md";
  pages.set(licences, fillBlocks(read(licences), "licences", licencesTable));
  pages.set("packages/papers/src/outcomes.json", outcomesFile());
  pages.set("packages/papers/src/result-forms.json", resultFormsFile());
  pages.set("bench/RESULTS.md", pageOf(readSections()));
  return pages;
}

function paperPage(slug: string): string {
  const path = `${folderOf(slug)}/README.md`;
  const measured = measuredOf(slug);
  try {
    const log = fillBlocks(read(path), "rule-log", () => ruleLogText(slug));
    const practice = fillBlocks(log, "practice", () => practiceOf(slug) ?? "Not measured yet.");
    const page = fillBlocks(practice, "verdict", () => verdictText(slug));
    const large = fillBlocks(page, "measured-full", (view) =>
      tableOfView(measuredOf(slug, true)?.rows ?? [], view as View),
    );
    return fillBlocks(large, "measured", (view) =>
      measured === null ? "Not measured yet." : tableOfView(measured.rows, view as View),
    );
  } catch (error) {
    throw new Error(`${path}: ${(error as Error).message}`, { cause: error });
  }
}

/** A page whose tables are of the rows of the file beside it. */
function measuredPage(path: string): string {
  const rows: Row[] = JSON.parse(read(`${path}.json`));
  return fillBlocks(read(`${path}.md`), "measured", (view) => tableOfView(rows, view as View));
}

function read(path: string): string {
  return readFileSync(path, "utf8");
}
