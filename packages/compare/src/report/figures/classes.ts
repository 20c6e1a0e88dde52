import * as Plot from "@observablehq/plot";
import type { DatasetReport } from "../../results.ts";
import type { FigureOptions } from "./draw.ts";
import { draw, labelMargin, nameAxis, widthOf } from "./draw.ts";
import { color } from "./palette.ts";
import { percent } from "./text.ts";

/**
 * Class balance: how many rows each class has, in the order of the report.
 *
 * @param report one data set of `results.json`
 * @param document the page's document, or one of linkedom
 * @param options width
 * @returns an `svg` element, or `null` for regression
 * @example figure.append(classesFigure(results.datasets[0], document));
 */
export function classesFigure(
  report: DatasetReport,
  document: Document,
  options: FigureOptions = {},
): SVGSVGElement | null {
  const width = widthOf(options);
  if (report.classes.length === 0) return null;
  const total = report.classCounts.reduce((sum, n) => sum + n, 0);
  const rows = report.classes.map((name, i) => ({ id: `${i}`, name, count: report.classCounts[i]! }));
  const labels = new Map(rows.map(({ id, name }) => [id, name]));
  const marginLeft = labelMargin([...labels.values()], width);
  const text = ({ count }: { count: number }): string => `${count} (${percent(count / total)})`;
  return draw(
    document,
    `Classes of ${report.target}`,
    `${rows.map((row) => `${row.name}: ${text(row)}`).join("; ")}.`,
    {
      width,
      height: 22 * rows.length + 12,
      marginLeft,
      marginRight: 96,
      marginTop: 6,
      marginBottom: 6,
      x: { domain: [0, Math.max(1, ...report.classCounts)], axis: null },
      y: { domain: [...labels.keys()], axis: null, padding: 0.25 },
      marks: [
        Plot.barX(rows, { y: "id", x: "count", fill: color("same"), className: "mm-rows" }),
        Plot.text(rows, { y: "id", x: "count", text, textAnchor: "start", dx: 6, fill: "currentColor" }),
        nameAxis([...labels.keys()], labels, marginLeft),
      ],
    },
  );
}
