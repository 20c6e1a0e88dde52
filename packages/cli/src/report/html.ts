import type { Results } from "@minimand/compare";
import { acrossSection } from "./across-section.ts";
import { datasetSection } from "./dataset-section.ts";
import { plural } from "./format.ts";
import type { Child, Markup } from "./markup.ts";
import { html, trusted } from "./markup.ts";
import { readingSection } from "./reading-section.ts";
import { settingsSection } from "./settings-section.ts";
import { style } from "./style.ts";
import { svgDocument } from "./svg-document.ts";

/** Nothing may be loaded or run: no script, no font, no image from anywhere. */
const policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

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
 * The report of a comparison as one HTML file that needs nothing else: style and figures are inside, it loads nothing
 * and runs nothing, it follows the light or dark scheme of the reader and can be printed. Text from the data is
 * escaped.
 *
 * @param results what `results.json` holds
 * @returns the text of `report.html`
 * @example await writeFile("report.html", renderReport(results));
 */
export function renderReport(results: Results): string {
  const document = svgDocument();
  const several = results.datasets.length > 1;
  const title = results.datasets.map(({ name }) => name).join(", ");
  const sections = results.datasets.map((report, i): Markup => {
    const head = several
      ? html`<h2 id="data-${i}">${report.name}</h2><p class="lede">${report.ranking.summary}</p>`
      : null;
    return html`<section${several ? html` aria-labelledby="data-${i}"` : null}>${datasetSection(report, results.candidates, document, head)}</section>
`;
  });
  const day = results.created.slice(0, 10);
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Which loss helps: ${title}</title>
<style>${trusted(style)}</style>
</head>
<body>
<header>
<p class="kicker">Minimand comparison · <time datetime="${results.created}">${day}</time></p>
<h1>${headline(results)}</h1>
${contents(results)}
</header>
<main>
${results.across ? acrossSection(results.across, results.candidates, document) : null}
${sections}
${settingsSection(results)}
${readingSection(results.datasets[0], several)}
</main>
<footer>Written by minimand ${results.versions.minimand}. All numbers, every trial included, are in
<code>results.json</code> beside this file.</footer>
</body>
</html>
`.markup;
}
