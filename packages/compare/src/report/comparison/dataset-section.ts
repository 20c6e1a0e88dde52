import { comparedText } from "../../judge/ranking/index.ts";
import { furtherTime, partOf } from "../../judge/recommendation/index.ts";
import { plural } from "../../plural.ts";
import type { DatasetReport, KeptChoice, Results } from "../../results.ts";
import { labelOf, metricName } from "../figures/index.ts";
import { configurationText, countOf, kilobytes } from "../format.ts";
import type { Child, Markup } from "../page/markup.ts";
import { html } from "../page/markup.ts";
import { behaviourFigures } from "./behaviour-section.ts";
import { dataSection } from "./data-section.ts";
import { comparisonFigures } from "./figures-section.ts";
import { metricsSection } from "./metrics-section.ts";
import { preferenceSection } from "./preference-section.ts";
import { quantizationSection } from "./quantization-section.ts";
import { rankingTable } from "./ranking-table.ts";
import { tuningSection } from "./tuning-section.ts";
import { verdictCounts } from "./verdict.ts";

const taskNames = {
  binary: "binary classification",
  multiclass: "classification",
  regression: "regression",
  preference: "preference between two responses",
} as const;

/** What the candidates were tested on: distinct pairs of seed and fold. */
function testedOn({ trials, testRows, time }: DatasetReport): string {
  const parts = new Set(trials.map(({ seed, fold }) => `${seed}/${fold}`)).size;
  return testRows === null
    ? `${plural(parts, "fold")}${time === undefined ? "" : `, each with later rows than its training rows, by ${time}`}`
    : `${plural(parts, "seed")} on one test file of ${plural(testRows, "row")}`;
}

/** Says so where rows, folds or seeds that were asked for are missing. */
function partialNotice(report: DatasetReport): Child {
  const part = partOf(report);
  if (part === null) return null;
  const wide = report.testRows === null ? " The intervals are wider than those of the complete run." : "";
  return html`<p class="notice"><strong>Partial run.</strong> ${sentence(part)}${wide} The same command
with the same output folder, ${furtherTime} runs the rest.</p>`;
}

/** The network that all losses train. */
function networkText({ settings: { model, hidden, bins, members, targetScale }, ownModel }: Results): string {
  const layers = hidden.length === 0 ? "no hidden layers" : `hidden layers of ${hidden.join(" and ")} units`;
  const own = ownModel === undefined ? "a model of your own" : `your model ${ownModel.id}`;
  return [
    model === "mlp" ? layers : model === "linear" ? "a linear model" : own,
    ...(bins > 0 ? [`numbers also encoded by up to ${bins} bins`] : []),
    ...(targetScale === "log" ? ["trained on the logarithm of the target"] : []),
    ...(members > 1 ? [`${members} networks per fit, whose predictions are averaged`] : []),
  ].join("; ");
}

function facts(report: DatasetReport, results: Results): Markup {
  const { ranking } = report;
  const fact = (name: string, value: Child): Markup => html`<div><dt>${name}</dt><dd>${value}</dd></div>
`;
  return html`<dl class="facts">
${fact("Data", html`${report.name}, ${countOf(report)}, ${plural(report.features.length, "input column")}`)}
${fact(
  "Task",
  html`${taskNames[report.task]}${report.task === "preference" ? null : html` of <code>${report.target}</code>`}${
    report.task === "multiclass" ? html`, ${report.classes.length} classes` : null
  }${report.task === "binary" ? html`, positive is <code>${report.classes[1] ?? ""}</code>` : null}`,
)}
${fact("Compared", comparedText(results.candidates))}
${fact("Network", networkText(results))}
${fact("Tested on", testedOn(report))}
${fact("Metric", `${metricName(ranking.metric)} (${ranking.higherIsBetter ? "higher" : "lower"} is better)`)}
${fact("Baseline", labelOf(report, ranking.baseline))}
</dl>`;
}

/** The words that a reader who trains no networks needs, in one sentence each. */
function words({ testRows }: DatasetReport): Markup {
  const folds = testRows === null;
  return html`<p class="muted"><strong>Words.</strong> A <em>loss</em> is the number that training makes small. ${
    folds
      ? html`A <em>fold</em> is a part of the rows that is kept for testing, while a model is trained on others. `
      : null
  }A <em>seed</em> is one repetition with other random choices, such as the initial weights. A <em>trial</em> tunes, trains and tests one loss on one ${folds ? "fold of one seed" : "seed"}.</p>`;
}

/** What the verdict `not pursued` means, where the table has it. */
function notPursued({ ranking, finalists }: DatasetReport): Child {
  const n = ranking.entries.filter(({ verdict }) => verdict === "not pursued").length;
  if (n === 0) return null;
  const counted = plural(n, "loss", "losses");
  if (ranking.entries.every(({ seeds }) => seeds < 2))
    return html`<p class="muted">One seed: ${counted} ${n === 1 ? "was" : "were"} trained on that seed only, which is too few to call ${n === 1 ? "it" : "them"} better.</p>`;
  return html`<p class="muted">Not pursued: ${counted} ${n === 1 ? "was" : "were"} trained on one seed only and ${n === 1 ? "is" : "are"} not among the ${finalists.length} finalists,
which were trained on more. One seed can show that a loss is worse or the same, but not that it is better.</p>`;
}

/** A clause as a sentence: a capital in front, a stop at the end. */
const sentence = (text: string): string =>
  `${text.charAt(0).toUpperCase()}${text.slice(1).replace(/\.?$/, ".")}`;

const percent = (share: number): string => `${Number((100 * share).toPrecision(2))} %`;

/** The rows that the kept model knows. */
function fittedOn({ rows, drawnFrom, time, model }: DatasetReport): string {
  if (model?.rows !== undefined && model.rows !== rows) return `all ${plural(model.rows, "row")}`;
  if (drawnFrom !== undefined) return `the ${rows} rows that were drawn from ${drawnFrom}`;
  return `all ${plural(rows, "row")}${time === undefined ? "" : ", the latest included,"}`;
}

function trainedFor({ epochs, members, rows }: KeptChoice): string {
  const time = epochs === 0 ? "" : ` for ${plural(epochs, "epoch")}`;
  if (members === undefined) return time;
  const averaged = `: ${members} networks whose predictions are averaged`;
  return rows === undefined
    ? `${averaged}, each validated on a different part of the rows`
    : `${averaged}, each trained${time}`;
}

function keptModel(report: DatasetReport): Markup {
  const { model } = report;
  if (model === null) {
    return html`<h3>Kept model</h3><p>No model was kept in this run.</p>`;
  }
  const how = (choice: KeptChoice): Child =>
    html`${configurationText(choice.configuration)}, trained again on ${fittedOn(report)}${trainedFor(choice)}`;
  const size = model.bytes === undefined ? "" : ` Its weights have ${kilobytes(model.bytes)}.`;
  if ("ensemble" in model)
    return html`<h3>Kept model</h3>
<p><strong>${labelOf(report, model.candidate)}</strong>: the weighted mean of the predictions of these models. Each weight is the mean of those that were
chosen on the folds. ${sentence(model.why)}${size}</p>
<ul>${model.ensemble.map(
      (
        member,
      ) => html`<li>${percent(member.weight)} <strong>${labelOf(report, member.candidate)}</strong>, ${how(member)}.</li>
`,
    )}</ul>`;
  return html`<h3>Kept model</h3>
<p><strong>${labelOf(report, model.candidate)}</strong>, ${how(model)}. ${sentence(model.why)}${size}${
    report.time === undefined
      ? ""
      : " The scores above are those of models trained on earlier rows only; how well this one predicts future rows is not known."
  }</p>`;
}

/** Writes the section on one data set. */
export function datasetSection(results: Results, index: number, document: Document, head: Child): Markup {
  const { candidates, settings } = results;
  const report = results.datasets[index];
  return html`${head}
${partialNotice(report)}
${facts(report, results)}
${index === 0 ? words(report) : null}
${verdictCounts(report.ranking.entries)}
${notPursued(report)}
${rankingTable(report, candidates)}
${preferenceSection(report)}
${comparisonFigures(report, document)}
${behaviourFigures(report, document)}
${metricsSection(report, index)}
${keptModel(report)}
${quantizationSection(report, document)}
<div class="screen">${tuningSection(report, candidates, settings.members)}</div>
${dataSection(report, document)}`;
}
