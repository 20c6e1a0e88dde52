import { midSentence } from "../../judge/ranking/index.ts";
import { plural } from "../../plural.ts";
import type { DatasetReport } from "../../results.ts";
import { mostConfused } from "../../train/outcome.ts";
import {
  actualFigure,
  confusionFigure,
  curvesFigure,
  labelOf,
  partName,
  portrayed,
  protagonists,
  reliabilityFigure,
  residualsFigure,
  rocFigure,
  validationName,
} from "../figures/index.ts";
import { figure, panel } from "../page/figure.ts";
import type { Child, Markup } from "../page/markup.ts";
import { html } from "../page/markup.ts";

/** Shows how the models behave: learning curves, ROC curves, reliability and confusion, predictions and residuals. */
export function behaviourFigures(report: DatasetReport, document: Document): Markup {
  return html`${learning(report, document)}${rocCurves(report, document)}${reliability(report, document)}${confusion(report, document)}${predictions(report, document)}`;
}

function curvesCaption(report: DatasetReport): Child {
  const part = partName(report);
  return html`Validation ${validationName(report)} after each epoch: the mean over the ${part}s that are still training, with a band of one
standard deviation. The baseline is dashed. A curve ends when more than half of the ${part}s have stopped. The curves show how fast
and how steadily a loss trains; the ranking is made on the test ${part === "fold" ? "folds" : "file"}.`;
}

function learning(report: DatasetReport, document: Document): Child {
  const trained = report.trials.some(({ curve }) => curve.length > 0);
  const compared = report.ranking.entries.some(
    ({ verdict, candidate }) => verdict !== "reference" && candidate !== report.ranking.baseline,
  );
  if (!trained || !compared) return null;
  return html`<div class="screen"><h3>Learning curves</h3>
${figure((options) => curvesFigure(report, document, options), curvesCaption(report))}</div>`;
}

/** Who is shown, and by how much they were selected. */
function whoIsShown(report: DatasetReport): string {
  const { finalists, ranking } = report;
  const rivals = ranking.entries.filter(
    ({ verdict }) => verdict !== "reference" && verdict !== "baseline",
  ).length;
  if (rivals === 0) return "The baseline.";
  const others = portrayed(report).filter(
    ({ candidate }) => candidate !== ranking.baseline && !finalists.includes(candidate),
  );
  const shown = [
    "The baseline",
    ...(finalists.length > 0 ? ["the finalists"] : []),
    ...others.map(({ label, roles }) => `${midSentence(label)} (${roles.join(", ")})`),
  ];
  const who = shown.length === 1 ? shown[0] : `${shown.slice(0, -1).join(", ")} and ${shown.at(-1)}`;
  const chosen = rivals > Math.max(1, finalists.length);
  return `${who}${chosen ? `, chosen from ${rivals} because they did well here. Expect slightly worse results on other rows` : ""}.`;
}

/** Where rows come more than once into a figure. */
const repeated = ({ seeds }: DatasetReport): string =>
  seeds.complete.length > 1
    ? ` Each row is counted once per trained seed (at most ${seeds.complete.length}).`
    : "";

function rocCurves(report: DatasetReport, document: Document): Child {
  const part = partName(report);
  const { task, classes } = report;
  const drawn = figure(
    (options) => rocFigure(report, document, options),
    html`${whoIsShown(report)} At each threshold: the share of the rows of ${
      task === "binary" ? html`class <code>${classes[1]}</code>` : "a class"
    } that is found (true positive rate, vertical), and the share of the other rows that is wrongly given that class (false positive rate, horizontal). The diagonal is guessing, and the baseline is dashed. ${
      task === "binary"
        ? null
        : `Each curve is a mean over ${plural(classes.length, "class", "classes")}, each against the rest. `
    }Curves are averaged over the ${part === "fold" ? "test folds" : "seeds"} at equal false positive rates. The area under a curve is the ROC-AUC in the table of metrics.`,
  );
  return drawn === null
    ? null
    : html`<h3>ROC curves</h3>
${drawn}`;
}

type Person = ReturnType<typeof portrayed>[number];

const titleOf = ({ label, roles }: Person): Child =>
  html`${label} <span class="muted">(${roles.join(", ")})</span>`;

function reliability(report: DatasetReport, document: Document): Child {
  const drawn = portrayed(report)
    .map((p) => panel((options) => reliabilityFigure(report, p.candidate, document, options), titleOf(p)))
    .filter((one) => one !== null);
  if (drawn.length === 0) return null;
  const { classes } = report;
  const tests = report.testRows === null ? "test folds" : "seeds";
  const what = classes.length === 2 ? `P(${classes[1]})` : "probability of the predicted class";
  return html`<h3>Calibration of the probabilities</h3>
<div class="panels">${drawn}</div>
<p class="muted">${whoIsShown(report)} Each dot groups the predictions of all ${tests} with similar values of ${what}. On the dashed diagonal, the probabilities are right: of the rows with a predicted 70 %,
70 % are of that class. Below the diagonal, the predicted probability is too high. The bars count the predictions; a dot over few predictions means
little. ECE is the expected calibration error, the mean distance to the diagonal. A loss that does not aim at
probabilities may classify well and still be far off here.${repeated(report)}</p>`;
}

function confusion(report: DatasetReport, document: Document): Child {
  // Which response is called the first is chance.
  if (report.task === "preference") return null;
  const classes = report.classes.length;
  if (classes > 40)
    return html`<p class="muted">${plural(classes, "class", "classes")} are too many for a readable confusion matrix${
      classes > mostConfused
        ? ""
        : html`;
the matrices of ${labelOf(report, report.ranking.baseline)} and all others are in <code>results.json</code>`
    }.</p>`;
  const wide = classes > 9;
  const people = protagonists(report);
  const kept = people.find(({ roles }) => roles.includes("kept")) ?? people[0];
  const drawn = people.flatMap((p) => {
    const one = panel(
      (options) => confusionFigure(report, p.candidate, document, options),
      titleOf(p),
      wide ? 832 : undefined,
    );
    // On paper a matrix of many classes takes a page: one of them is enough.
    return one === null ? [] : [wide && p !== kept ? html`<div class="screen whole">${one}</div>` : one];
  });
  if (drawn.length === 0) return null;
  return html`<h3>Confusion matrices</h3>
<div class="panels">${drawn}</div>
<p class="muted">${report.testRows === null ? "All test folds" : "All seeds"} together: one row per true class, one column per predicted class, in percent of the row,
${wide ? "(counts as tooltips)" : "with counts"}. The diagonal is correct.${repeated(report)}${
    wide && drawn.length > 1
      ? html` <span class="paper">The other matrices are in the on-screen report.</span>`
      : null
  }</p>`;
}

/** A text on rows so far outside that they are drawn at the edge of a figure. */
function beyondText(report: DatasetReport, kind: "actual" | "residual"): string {
  const beyond = report.behaviours.reduce((sum, one) => sum + (one[kind]?.beyond ?? 0), 0);
  return beyond === 0
    ? ""
    : ` ${plural(beyond, "prediction is", "predictions are")} far outside and shown at the edge.`;
}

function predictions(report: DatasetReport, document: Document): Child {
  const put = `Rows close to each other share one dot, whose area grows with their number.${repeated(report)}`;
  const actual = figure(
    (options) => actualFigure(report, document, options),
    html`${whoIsShown(report)} Each test row by its predicted and its actual <code>${report.target}</code>, in its own units; on the dashed line the two agree. ${put}${beyondText(report, "actual")}`,
  );
  const residuals = figure(
    (options) => residualsFigure(report, document, options),
    html`Actual minus predicted, in units of <code>${report.target}</code>: above the dashed line the prediction was too low. A curved or fan-shaped pattern shows what the model misses.${beyondText(report, "residual")}`,
  );
  if (actual === null || residuals === null) return null;
  return html`<h3>Predicted and actual</h3>
${actual}
<h3>Residuals</h3>
${residuals}`;
}
