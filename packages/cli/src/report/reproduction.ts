import { plural } from "@minimand/compare";
import { html, page } from "@minimand/compare/report";
import {
  otherSeedsOf,
  type ReproductionFile,
  type ReproductionReport,
  ruleHeading,
  verdictMarks,
} from "@minimand/papers";
import { pictureRows } from "./pictures.ts";
import {
  reproductionFigures,
  reproductionRuleLog,
  reproductionSettings,
  reproductionTables,
} from "./reproduction-parts.ts";

/** Classes of the report's chips. */
const chips: Record<ReproductionReport["verdict"], string> = {
  reproduced: "better",
  "partly reproduced": "undecided",
  "not reproduced": "worse",
  undecided: "undecided",
};

/**
 * The report of a reproduction as one HTML file, see {@link page}: claim,
 * rule, verdict, curves, table, and what it was made with.
 *
 * @param file what `report.json` holds
 * @returns the text of `report.html`
 */
export function renderReproduction(file: ReproductionFile): string {
  const { card, verdict, because, scale, seeds, created } = file;
  const other = otherSeedsOf(file);
  return page({
    title: `${verdict}: ${card.title}`,
    kind: "reproduction",
    created,
    headline: card.title,
    lead: html`<p class="lede"><span class="chip ${chips[verdict]}"><b aria-hidden="true">${verdictMarks[verdict]}</b>${verdict}</span> ${because}</p>
${
  scale === "quick"
    ? html`<p class="notice">A quick run shows only that everything works. Its verdict means nothing.</p>`
    : seeds === 1
      ? html`<p class="notice">One seed gives no standard error, so the verdict means nothing.</p>`
      : null
}${other === null ? null : html`<p class="notice">${other[0].toUpperCase()}${other.slice(1)}: a check of it by the same choices.</p>`}`,
    sections: html`<section aria-labelledby="claim"><h2 id="claim">Claim and rule</h2>
<p>${card.claim}</p>
<p>${card.rule}</p>
<p class="muted">${ruleHeading(card.ruleLog)}, see its log at the end; the verdict is computed from the numbers below. arXiv:${card.arxiv},
${card.date}, ${plural(card.authors, "author")}.</p>
</section>
<section aria-labelledby="results"><h2 id="results">Results</h2>
${reproductionTables(file)}
${reproductionFigures(file)}
${pictureRows(file.pictures ?? [])}
</section>
${reproductionSettings(file)}
${reproductionRuleLog(file)}`,
    footer: html`Written by minimand ${file.versions.minimand}. All numbers are in <code>report.json</code> next to this file.`,
  });
}
