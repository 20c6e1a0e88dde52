import { plural } from "../../plural.ts";
import type { AcrossReport, CandidateSummary } from "../../results.ts";
import { criticalDifferenceFigure, fixed, pValue } from "../figures/index.ts";
import { figure } from "../page/figure.ts";
import type { Markup } from "../page/markup.ts";
import { html } from "../page/markup.ts";
import { table } from "../page/table.ts";

/** `= 0.012`, or `< 0.001`. */
const relation = (p: number): string =>
  p < 0.001 ? pValue(p).replace("<", "<\u00a0") : `=\u00a0${pValue(p)}`;

/** Writes the section on all data sets together: critical-difference diagram, Friedman's test and the table of ranks. */
export function acrossSection(
  across: AcrossReport,
  candidates: CandidateSummary[],
  document: Document,
): Markup {
  const labels = new Map(candidates.map(({ id, label }) => [id, label]));
  const order = across.candidates
    .map((_, j) => j)
    .sort((a, b) => across.averageRanks[a]! - across.averageRanks[b]!);
  const { friedman } = across;
  const iman =
    friedman.imanDavenportF === null || friedman.pF === null
      ? null
      : html`; Iman and Davenport F = ${fixed(friedman.imanDavenportF, 2)}, p\u00a0${relation(friedman.pF)}`;
  return html`<section aria-labelledby="across"><h2 id="across">Over all data sets</h2>
<p>${plural(across.candidates.length, "loss", "losses")} ranked on
${plural(across.datasets.length, "data set")}; Friedman chi² = ${fixed(friedman.chi2, 2)}, p\u00a0${relation(friedman.p)}${iman}.</p>
${figure(
  (options) => criticalDifferenceFigure(across, labels, document, options),
  html`Average rank of each loss, 1 is best. Losses under one thick bar do not differ significantly (Nemenyi's test at
${across.alpha}): their average ranks differ by less than the critical difference,
${fixed(across.criticalDifference, 2)}.${
    across.criticalDifference > across.candidates.length - 1
      ? " Here it is longer than the whole axis: with so few data sets no difference could have been found."
      : ""
  }`,
)}
${table(
  "Ranks of the losses on every data set",
  [
    { head: "Loss" },
    { head: html`Average rank`, numeric: true },
    ...across.datasets.map((name) => ({ head: name, numeric: true })),
  ],
  order.map((j) => ({
    cells: [
      labels.get(across.candidates[j]!) ?? across.candidates[j]!,
      fixed(across.averageRanks[j]!, 2),
      ...across.ranks.map((row) => `${Number(row[j]!.toFixed(1))}`),
    ],
  })),
)}
</section>`;
}
