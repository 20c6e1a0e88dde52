import type { DatasetReport } from "@minimand/compare";
import {
  confusionFigure,
  curvesFigure,
  decimals,
  fixed,
  isTested,
  labelOf,
  metricName,
  pairedFigure,
  partName,
  posteriorFigure,
  protagonists,
  rankingFigure,
  reliabilityFigure,
  seedLegend,
  validationName,
} from "@minimand/compare";
import { plural } from "../format.ts";
import { figure, panel } from "../page/figure.ts";
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
  return html`Mean paired difference in ${metricName(ranking.metric)} to the baseline (vertical line)${tested ? " with its 95 % interval" : ""}; losses on the ${side} improve on it. The band is the region of practical equivalence,
±${fixed(ranking.rope, digits)}: differences inside it are too small to matter.${
    tested
      ? " An interval that crosses both the line and an edge of the band leaves the question open."
      : null
  } A value with an arrowhead lies beyond the axis.${
    rivals > 2
      ? ` The first is the largest of ${rivals} differences, and was partly lucky: expect less of it on new rows. Its interval doesn't allow for that, its adjusted p does.`
      : null
  }`;
}

function pairedCaption(report: DatasetReport): Child {
  const part = partName(report);
  return html`Each symbol is one ${part === "fold" ? "test fold" : part}: the loss minus the baseline, trained and tested on
exactly the same rows from the same initial weights. The bar is the mean. Symbols on both sides of the line mean that the
winner depends on ${part === "fold" ? "which rows were drawn" : "the seed"}. ${seedLegend(report)}.`;
}

function curvesCaption(report: DatasetReport): Child {
  const part = partName(report);
  return html`Validation ${validationName(report)} by epoch: mean over the ${part}s that still train, with one
standard deviation; dashed, the baseline. A curve ends where more than half of the ${part}s have stopped. It shows how fast
and how steadily a loss trains; the ranking is made on the test ${part === "fold" ? "folds" : "file"} and not on these curves.`;
}

/** Ranking, posterior and per-fold figures: how the losses compare. */
export function comparisonFigures(report: DatasetReport, document: Document): Markup {
  const differences = report.ranking.entries.filter(({ difference }) => difference !== null).length;
  if (differences === 0) {
    return html`<p class="muted">No loss was tested against the baseline here, so there is no figure of differences.</p>`;
  }
  return html`<h3>How far from the baseline</h3>
${figure((options) => rankingFigure(report, document, options), rankingCaption(report))}
${
  isTested(report)
    ? html`<div class="screen"><h3>How probable</h3>
${figure(
  (options) => posteriorFigure(report, document, options),
  "Probability that a loss is practically worse than the baseline, the same, or better, each loss by itself. A bar that is mostly one colour is a clear answer; a mixed bar means that these data can't tell.",
)}</div>`
    : null
}
<div class="screen"><h3>${report.testRows === null ? "Fold by fold" : "Seed by seed"}</h3>
${figure((options) => pairedFigure(report, document, options), pairedCaption(report))}</div>`;
}

/** Learning curves, reliability and confusion: how the models behave. */
export function behaviourFigures(report: DatasetReport, document: Document): Markup {
  const trained = report.trials.some(({ curve }) => curve.length > 0);
  const compared = report.ranking.entries.some(
    ({ verdict, candidate }) => verdict !== "reference" && candidate !== report.ranking.baseline,
  );
  const people = protagonists(report);
  const title = ({ label, roles }: (typeof people)[number]): Child =>
    html`${label} <span class="muted">(${roles.join(", ")})</span>`;
  const reliability = people
    .map((p) => panel((options) => reliabilityFigure(report, p.candidate, document, options), title(p)))
    .filter((drawn) => drawn !== null);
  const classes = report.classes.length;
  const confusion =
    classes > 40
      ? []
      : people
          .map((p) =>
            panel(
              (options) => confusionFigure(report, p.candidate, document, options),
              title(p),
              classes > 9 ? 832 : undefined,
            ),
          )
          .filter((drawn) => drawn !== null);
  const repeats =
    report.seeds.complete.length > 1
      ? ` Every row is counted once a seed (${report.seeds.complete.length}).`
      : "";
  const tests = report.testRows === null ? "test folds" : "seeds";
  const what = report.task === "binary" ? `P(${report.classes[1]})` : "probability of the predicted class";
  return html`${
    trained && compared
      ? html`<div class="screen"><h3>How they learn</h3>
${figure((options) => curvesFigure(report, document, options), curvesCaption(report))}</div>`
      : null
  }${
    reliability.length > 0
      ? html`<h3>Can the probabilities be believed?</h3>
<div class="panels">${reliability}</div>
<p class="muted">Predictions of all ${tests}, by their ${what}. On the dashed diagonal, of the rows given 70 %
just 70 % turn out so; dots below it were given too high a probability. The bars count the predictions, and dots over few of them mean
little. ECE is the expected calibration error, the mean distance to the diagonal over these predictions. A loss that does not aim at
probabilities may classify well and still be far off here.${repeats}</p>`
      : null
  }${
    confusion.length > 0
      ? html`<h3>Which classes are mixed up</h3>
<div class="panels">${confusion}</div>
<p class="muted">${tests === "seeds" ? "All seeds" : "All test folds"} together: a row a true class, a column a prediction, in percent of the row
${classes > 9 ? "(counts as tooltips)" : "with counts"}. The diagonal is right.${repeats}</p>`
      : null
  }${
    classes > 40
      ? html`<p class="muted">${plural(classes, "class", "classes")} are too many for a confusion matrix that can be read;
the matrices of ${labelOf(report, report.ranking.baseline)} and all others are in <code>results.json</code>.</p>`
      : null
  }`;
}
