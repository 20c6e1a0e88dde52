import { plural } from "../../plural.ts";
import type { DatasetReport, FeatureSummary } from "../../results.ts";
import { traitsOf } from "../../task.ts";
import { classesFigure, percent } from "../figures/index.ts";
import { countOf } from "../format.ts";
import { figure } from "../page/figure.ts";
import type { Child, Markup } from "../page/markup.ts";
import { html } from "../page/markup.ts";
import { table } from "../page/table.ts";
import { mostListed, notesList } from "./notes-list.ts";

function features(list: FeatureSummary[], rows: number): Child {
  const columns = [
    { head: "Column" },
    { head: "Type" },
    { head: "Reason" },
    { head: "Levels", numeric: true },
    { head: "Missing", numeric: true },
  ];
  const shown = list.slice(0, mostListed).map((f) => ({
    cells: [
      f.name,
      f.kind,
      f.why,
      f.levels ?? "",
      f.missing === 0 ? "0" : html`${f.missing} <small>${percent(f.missing / rows)}</small>`,
    ],
  }));
  const rest = list.length - shown.length;
  return html`${table("Input columns", columns, shown)}${
    rest > 0
      ? html`<p class="muted">And ${plural(rest, "more column")}, all in <code>results.json</code>.</p>`
      : null
  }`;
}

function targetOf({ task, target, classes }: DatasetReport): Child {
  if (task === "preference")
    return "Each row is a pair of responses; both responses are encoded the same way.";
  return html`Target <code>${target}</code>${task === "regression" ? ", a number." : `, ${plural(classes.length, "class", "classes")}:`}`;
}

/**
 * Writes the section on what was read and what was inferred about it: target, classes, columns with their types and why, what was left out.
 */
export function dataSection(report: DatasetReport, document: Document): Markup {
  const count = (kind: FeatureSummary["kind"]): number =>
    report.features.filter((f) => f.kind === kind).length;
  const kinds = [
    [count("numeric"), "numeric column"],
    [count("categorical"), "categorical column"],
    [count("text"), "column of free text", "columns of free text"],
  ] as const;
  const missing = report.features.filter((f) => f.missing > 0).length;
  const balance =
    report.classes.length > 40 || report.task === "preference"
      ? null
      : figure((options) => classesFigure(report, document, options), null);
  return html`<h3>Data as read</h3>
<p>${countOf(report)}; ${kinds
    .filter(([n]) => n > 0)
    .map(([n, one, many]) => plural(n, one, many))
    .join(", ")},
${missing === 0 ? "none with missing values" : `${missing} with missing values (imputed from the training part of each fold)`};
${plural(report.inputs, "input")} of the network after encoding. ${targetOf(report)}</p>
${balance}
${notesList(report.notes)}
<details><summary>${plural(report.features.length, "input column")}: types and reasons</summary>${features(report.features, traitsOf[report.task].examplesPerRow * report.rows)}</details>`;
}
