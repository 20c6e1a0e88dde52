import { fieldFigure, seriesFigure } from "@minimand/compare";
import { figure, html, type Markup, svgDocument } from "@minimand/compare/report";
import type { ReproductionReport } from "@minimand/papers";
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
    ? "A panel a curve, all on the same axes; pale curves behind it are the others, where there are few."
    : null,
  width,
)}`,
    ),
    ...[...maps.values()].map(
      (group) => html`<h3>${group[0].valueLabel}</h3>
${figure(
  (options) => fieldFigure(group, document, options),
  group.length > 1 ? "All shaded by one scale; what is empty has no value." : null,
  width,
)}`,
    ),
  ];
}
