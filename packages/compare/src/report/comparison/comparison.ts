import { plural } from "../../plural.ts";
import type { Results } from "../../results.ts";
import type { Child, Markup } from "../page/markup.ts";
import { html } from "../page/markup.ts";
import { page } from "../page/page.ts";
import { svgDocument } from "../page/svg-document.ts";
import { acrossSection } from "./across-section.ts";
import { commandsOf } from "./advice.ts";
import { datasetSection } from "./dataset-section.ts";
import { readingSection } from "./reading-section.ts";
import { recommendationBox } from "./recommendation-box.ts";
import { settingsSection } from "./settings-section.ts";

function headline(results: Results): string {
  const first = results.datasets[0];
  if (results.across) return results.across.summary;
  if (results.datasets.length === 1 && first) return first.ranking.summary;
  return `Losses compared on ${plural(results.datasets.length, "data set")}`;
}

/** With several data sets: where to find which, with the sentence of each. */
function contents(results: Results): Child {
  if (results.datasets.length < 2) return null;
  return html`<nav aria-label="Data sets"><ul>
${results.across ? html`<li><a href="#across">Over all data sets</a></li>` : null}
${results.datasets.map(
  ({ name }, i) => html`<li><a href="#data-${i}">${name}</a></li>
`,
)}<li><a href="#settings">Settings</a></li><li><a href="#reading">How to read the statistics</a></li>
</ul></nav>`;
}

/**
 * Returns the report of a comparison as one HTML file, see {@link page}.
 *
 * @param results what `results.json` holds
 * @param folder where it is kept, for the command that applies the model; null in a page, whose reader saves the model first
 * @param typed the arguments that the command was run with, for the one that keeps another model
 * @returns the text of `report.html`
 * @example await writeFile("report.html", renderReport(results, "minimand-churn"));
 */
export function renderReport(results: Results, folder: string | null, typed: readonly string[] = []): string {
  const document = svgDocument();
  const several = results.datasets.length > 1;
  const title = results.datasets.map(({ name }) => name).join(", ");
  const sections = results.datasets.map((report, i): Markup => {
    const commands = commandsOf(results, i, { folder, typed });
    const head = several
      ? html`<h2 id="data-${i}">${report.name}</h2><p class="lede">${report.ranking.summary}</p>
${recommendationBox(report, commands, html`<h3>Recommendation</h3>`)}`
      : html`${recommendationBox(report, commands, html`<h2>Recommendation</h2>`)}
<h2 id="data-${i}">Comparison in detail</h2>`;
    return html`<section aria-labelledby="data-${i}">${datasetSection(results, i, document, head)}</section>
`;
  });
  return page({
    title: `Losses compared: ${title}`,
    kind: "comparison",
    created: results.created,
    headline: headline(results),
    lead: contents(results),
    sections: html`${results.across ? acrossSection(results.across, results.candidates, document) : null}
${sections}
${settingsSection(results)}
${readingSection(results.datasets[0], several)}`,
    footer: html`Written by minimand ${results.versions.minimand}. The file <code>results.json</code> in the same folder has all numbers of all trials.<span class="paper">
The on-screen report also shows single folds, learning curves, tuning, settings and all verdicts in words.</span>`,
  });
}
