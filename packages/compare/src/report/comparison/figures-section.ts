import type { DatasetReport } from "../../results.ts";
import {
  decimals,
  fixed,
  isTested,
  metricName,
  pairedEntries,
  pairedFigure,
  partName,
  posteriorFigure,
  rankingFigure,
  seedLegend,
} from "../figures/index.ts";
import { figure } from "../page/figure.ts";
import type { Child, Markup } from "../page/markup.ts";
import { html } from "../page/markup.ts";

/** Caption of the ranking: what is drawn, and what the verdicts rest on. */
function rankingCaption(report: DatasetReport): Child {
  const { ranking } = report;
  const tested = isTested(report);
  const rivals = ranking.entries.filter(
    ({ verdict }) => verdict !== "baseline" && verdict !== "reference",
  ).length;
  const digits = decimals(ranking.rope);
  const side = ranking.higherIsBetter ? "right" : "left";
  return html`Mean paired difference in ${metricName(ranking.metric)} from the baseline (vertical line)${tested ? " with its 95 % interval" : ""}; losses on the ${side} improve on it. The band is the region of practical equivalence,
±${fixed(ranking.rope, digits)}: differences inside it are too small to matter.${
    tested
      ? " An interval that crosses both the line and an edge of the band leaves the question open. Each interval is of one loss alone: better and worse also need an adjusted p below alpha."
      : null
  } A value with an arrowhead is beyond the axis.${
    rivals > 2
      ? ` The difference of the first loss is the largest of ${rivals} differences, partly by chance: expect a smaller one on new rows. The adjusted p accounts for that, the interval does not.`
      : null
  }`;
}

function pairedCaption(report: DatasetReport): Child {
  const part = partName(report);
  return html`Each symbol is one ${part === "fold" ? "test fold" : part}: the loss minus the baseline, trained and tested on
exactly the same rows from the same initial weights. The bar is the mean. Symbols on both sides of the line mean that the
winner depends on ${part === "fold" ? "which rows were drawn" : "the seed"}. ${seedLegend(report)}.`;
}

/** Ranking, posterior and per-fold figures: how the losses compare. */
export function comparisonFigures(report: DatasetReport, document: Document): Markup {
  if (pairedEntries(report).length === 0) {
    return html`<p class="muted">No loss was tested against the baseline here, so there is no figure of differences.</p>`;
  }
  return html`<h3>Differences from the baseline</h3>
${figure((options) => rankingFigure(report, document, options), rankingCaption(report))}
${
  isTested(report)
    ? html`<div class="screen"><h3>Probability of each outcome</h3>
${figure(
  (options) => posteriorFigure(report, document, options),
  "Probability that a loss is practically worse than the baseline, the same, or better, computed for each loss separately. A bar that is mostly one colour is a clear answer; a mixed bar means that the data are too few to decide.",
)}</div>`
    : null
}
<div class="screen"><h3>${report.testRows === null ? "Fold by fold" : "Seed by seed"}</h3>
${figure((options) => pairedFigure(report, document, options), pairedCaption(report))}</div>`;
}
