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
  return html`Mean difference in ${metricName(ranking.metric)} from the baseline on the same ${partName(report)}s${tested ? ", with its 95 % interval" : ""}. The vertical line is the baseline; losses to the ${side} of it are better. The band is the region of practical equivalence,
±${fixed(ranking.rope, digits)}: differences inside it are too small to matter.${
    tested
      ? " A loss is the same if 95 % of the probability lies inside the band, so one end of its interval may be outside. Intervals are not adjusted for the number of losses; the verdicts better and worse are."
      : null
  } An arrowhead marks a value beyond the axis.${
    rivals > 2
      ? ` The first loss has the largest of ${rivals} differences, partly by chance: expect a smaller one on new rows.`
      : null
  }`;
}

function pairedCaption(report: DatasetReport): Child {
  const part = partName(report);
  return html`Each symbol is the difference between a loss and the baseline on one ${part === "fold" ? "test fold" : part}. Both were trained
and tested on the same rows, from the same initial weights. The bar is the mean. If symbols are on both sides of the line, the
winner depends on ${part === "fold" ? "the rows that were drawn" : "the seed"}. ${seedLegend(report)}.`;
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
  "Probability that a loss is worse than the baseline, practically the same, or better, for each loss separately. A bar of mostly one colour is a clear answer. A mixed bar means that the data are too few to decide.",
)}</div>`
    : null
}
<div class="screen"><h3>${report.testRows === null ? "Fold by fold" : "Seed by seed"}</h3>
${figure((options) => pairedFigure(report, document, options), pairedCaption(report))}</div>`;
}
