import * as Plot from "@observablehq/plot";
import { panelAxis } from "./axis.ts";
import type { FigureOptions } from "./draw.ts";
import { draw, narrow, textWidth, widthOf } from "./draw.ts";
import { heatCells, heatKey, heatScale } from "./heat.ts";
import { color } from "./palette.ts";
import { type Placed, panelAxisName, panelFrames, panelGrid, panelTitles, panelValueName } from "./panels.ts";

/** A quantity on a grid: a temperature on a plate, or a table whose cells are compared by eye. */
export interface Field {
  name: string;
  /** What the values are, with their unit. */
  valueLabel: string;
  /** Rows from top to bottom; `null` where there is no value, e.g. inside an obstacle. */
  values: readonly (readonly (number | null)[])[];
  xLabel: string;
  yLabel: string;
  /** Where the first column begins and the last one ends; default 0 and the number of columns. */
  x?: readonly [number, number];
  /** Where the first row begins, which is drawn at the top, and the last one ends; default 0 and the number of rows. */
  y?: readonly [number, number];
}

/**
 * Draws fields as heat maps, one panel each, all shaded by one scale below them. Where there are values of both signs, the scale is even
 * around 0 with a colour for each sign; otherwise it goes from the smallest to the largest. Cells without a finite value stay empty. Shades
 * are rounded to sixteenths, so that smooth fields stay small files.
 *
 * @param fields with the same `valueLabel`, `xLabel`, `yLabel`, `x` and `y`, and as many rows and columns
 * @param document the page's document, or one of linkedom
 * @param options width
 * @returns an `svg` element that belongs to `document`
 * @example figure.append(fieldFigure(fields, document));
 */
export function fieldFigure(
  fields: readonly Field[],
  document: Document,
  options: FigureOptions = {},
): SVGSVGElement {
  const width = widthOf(options);
  const { valueLabel, xLabel, yLabel, values: { length } = [] } = fields[0] ?? empty;
  const across = fields[0]?.values[0]?.length ?? 0;
  const { x = [0, across], y = [0, length] } = fields[0] ?? empty;
  const columns = Math.max(1, Math.min(fields.length, narrow(width) ? 2 : Math.floor(width / 185)));
  const { rows, place } = panelGrid(fields.length, columns);
  const scale = heatScale(fields.flatMap(({ values }) => values.flat()));
  const [marginLeft, marginRight, gap] = [52, 12, columns === 1 ? 0 : 0.14];
  const [marginTop, marginBottom] = [46, 84];
  // Panels are in bands with padding between them alone, and cells are as high as wide.
  const side = Math.min(360, ((width - marginLeft - marginRight) / (columns - gap)) * (1 - gap));
  const high = Math.min(2 * side, (side * Math.max(1, length)) / Math.max(1, across));
  const between = rows === 1 ? 0 : 42 / (high + 42);
  const panels = fields.map((field, i) => ({ field, ...place(i) }));
  const [xAxis, yAxis] = [panelAxis("x", x, "linear", 3), panelAxis("y", y, "linear", 3)];
  const inside = ({ fx, fy }: Placed) => ({ fx: () => fx, fy: () => fy });
  const used = marginLeft + marginRight + (side / (1 - gap)) * (columns - gap);
  return draw(
    document,
    `${valueLabel} by ${xLabel} and ${yLabel}`,
    `${valueLabel} by ${xLabel} and ${yLabel}, a heat map each: ${fields.map(({ name }) => name).join("; ")}.`,
    {
      width: used,
      height: (high / (1 - between)) * (rows - between) + marginTop + marginBottom,
      marginLeft,
      marginRight,
      marginTop,
      marginBottom,
      x: xAxis.scale,
      // Panels have their first row at the top, whatever its coordinate.
      y: { ...yAxis.scale, domain: [y[1], y[0]] },
      fx: { axis: null, padding: 0, paddingInner: gap },
      fy: { axis: null, padding: 0, paddingInner: between },
      marks: [
        ...panels.map((panel) =>
          Plot.rect([panel], {
            ...inside(panel),
            x1: x[0],
            x2: x[1],
            y1: y[0],
            y2: y[1],
            render: heatCells(panel.field.values, scale),
          }),
        ),
        panelFrames(panels, x, y),
        xAxis.mark,
        yAxis.mark,
        panelTitles(panels, side / textWidth("m") / 2, {
          text: ({ field }) => field.name,
          title: ({ field }) => field.name,
          fill: color("ink"),
        }),
        panelAxisName(xLabel, place(fields.length - 1)),
        panelValueName(yLabel, place(0), marginLeft),
        heatKey(scale, valueLabel),
      ],
    },
  );
}

const empty: Field = { name: "", valueLabel: "", values: [], xLabel: "", yLabel: "" };
