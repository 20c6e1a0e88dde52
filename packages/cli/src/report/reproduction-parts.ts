import { computedOnNotes, computedOnText, fieldFigure, seriesFigure } from "@minimand/compare";
import {
  type Child,
  duration,
  engineText,
  figure,
  html,
  type Markup,
  svgDocument,
  table,
} from "@minimand/compare/report";
import { type ReproductionFile, type ReproductionReport, ruleChangeText } from "@minimand/papers";
import { rowTable } from "./row-table.ts";
import { groupRows } from "./rows.ts";

/** A table for each kind of row. */
export function reproductionTables({ rows }: Pick<ReproductionReport, "rows">): Markup[] {
  return groupRows(rows).map((group, i) =>
    rowTable(i === 0 ? "Results" : `Results, part ${i + 1}`, group.rows),
  );
}

/**
 * One figure for each pair of axes, and one for each quantity and size of heat maps.
 *
 * @param width of the page that they are for; default: that of a report
 */
export function reproductionFigures(
  { series, fields = [] }: Pick<ReproductionReport, "series" | "fields">,
  width?: number,
): Markup[] {
  const document = svgDocument();
  const lines = Map.groupBy(series, ({ xLabel, yLabel, xScale, yScale }) =>
    JSON.stringify([yLabel, xLabel, xScale, yScale]),
  );
  const maps = Map.groupBy(fields, ({ valueLabel, xLabel, yLabel, x, y, values }) =>
    JSON.stringify([valueLabel, xLabel, yLabel, x, y, values.length, values[0]?.length]),
  );
  return [
    ...[...lines.values()].map(
      (curves) => html`<h3>${curves[0].yLabel} by ${curves[0].xLabel}</h3>
${figure(
  (options) => seriesFigure(curves, document, options),
  curves.length > 1
    ? "One panel per curve, all on the same axes; if there are few curves, the pale ones are the others."
    : null,
  width,
)}`,
    ),
    ...[...maps.values()].map(
      (group) => html`<h3>${group[0].valueLabel}</h3>
${figure(
  (options) => fieldFigure(group, document, options),
  group.length > 1 ? "All panels use one colour scale; empty cells have no value." : null,
  width,
)}`,
    ),
  ];
}

/** When the rule was written and changed, and what had been seen by then. */
export function reproductionRuleLog({ card }: ReproductionFile): Markup {
  return html`<section aria-labelledby="rule-log"><h2 id="rule-log">Log of the rule</h2>
<ul>${card.ruleLog.map(
    (
      change,
    ) => html`<li>${change.date}${change.commit === null ? null : html`, <code>${change.commit}</code>`}: ${ruleChangeText(change)}</li>
`,
  )}</ul>
</section>`;
}

/** With what a run was made: the command, scale, seeds, times, versions, the hash of its code, data with their sums. */
export function reproductionSettings({
  data,
  seeds,
  firstSeed,
  scale,
  code,
  versions,
  engine,
  seconds,
  trials,
  computedOn,
  card,
  created,
}: ReproductionFile): Markup {
  const facts: [string, Child][] = [
    ["scale", scale],
    ["seeds", seeds ?? "those of the scale"],
    ...(firstSeed === null ? [] : [["first seed", firstSeed] satisfies [string, Child]]),
    [
      "trials",
      trials.kept === 0 ? trials.total : `${trials.total}, ${trials.kept} of them from an earlier run`,
    ],
    ["computing time of all trials", duration(trials.seconds)],
    ...(computedOn === undefined ? [] : [["computed on", computedOnText(computedOn)] as [string, Child]]),
    ["time of this run", duration(seconds)],
    ["created", created.slice(0, 16).replace("T", " ")],
    ["minimand", versions.minimand],
    ["engine of training", engineText(engine)],
    ["arrays", versions.engine],
    ["node", versions.node],
    ["code", code.slice(0, 12)],
  ];
  const files = Object.entries(data).flatMap(([name, sources]) =>
    sources.length === 0
      ? [{ cells: [name, "absent", ""] }]
      : sources.map(({ file, sha256 }) => ({
          cells: [name, file, html`<code style="font-size:11px;white-space:nowrap">${sha256}</code>`],
        })),
  );
  const command = [
    `npx minimand reproduce ${card.slug}`,
    ...(scale === "default" ? [] : [`--${scale}`]),
    ...(seeds === null ? [] : [`--seeds ${seeds}`]),
    ...(firstSeed === null ? [] : [`--first-seed ${firstSeed}`]),
    `--engine ${engine.name}`,
    ...(engine.threads === 1 ? [] : [`--threads ${engine.threads}`]),
  ].join(" ");
  return html`<section aria-labelledby="settings"><h2 id="settings">Settings, versions and data</h2>
<p>The same command on the same data gives the same numbers, whatever the number of workers:
<code>${command}</code></p>
${computedOnNotes(computedOn).map(({ text }) => html`<p>${text}.</p>`)}
<dl class="facts compact">${facts.map(
    ([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>
`,
  )}</dl>
${table("Data", [{ head: "Data set" }, { head: "File" }, { head: "SHA-256" }], files)}
<h3>Pieces of the library</h3>
<p>${card.pieces.map((piece, i) => html`${i === 0 ? null : ", "}<code>${piece}</code>`)}</p>
</section>`;
}
