import * as Plot from "@observablehq/plot";
import { type AxisScale, extent, panelAxis } from "./axis.ts";
import type { FigureOptions } from "./draw.ts";
import { draw, narrow, textWidth, widthOf } from "./draw.ts";
import { color } from "./palette.ts";
import { type Placed, panelAxisName, panelFrames, panelGrid, panelTitles, panelValueName } from "./panels.ts";

/** A curve with a name. */
export interface Curve {
  name: string;
  xLabel: string;
  yLabel: string;
  x: readonly number[];
  y: readonly number[];
  /** Ends of a band around the curve, e.g. of its standard error; both or none. */
  low?: readonly number[];
  high?: readonly number[];
  /** Default linear. */
  xScale?: AxisScale;
  yScale?: AxisScale;
}

/** Up to this many curves are drawn behind each other's panels; more would be a tangle, and a large file. */
const mostOthers = 12;

/** Up to this many points of a curve are marked. */
const mostDots = 30;

/** A value, or a gap where the axis has no place for it. */
const shown = (value: number | undefined, scale: AxisScale): number =>
  value === undefined || (scale === "log" && !(value > 0)) ? Number.NaN : value;

/**
 * Draws curves that share their axes, with a small panel for each, over the pale curves of all others where there are at most twelve. So
 * any number of them can be distinguished without colours. Points that aren't finite are gaps, and on a logarithmic axis those that aren't
 * positive. A curve may have a band around it.
 *
 * @param curves with the same `xLabel` and `yLabel`, `xScale` and `yScale`
 * @param document the page's document, or one of linkedom
 * @param options width
 * @returns an `svg` element that belongs to `document`
 * @example figure.append(seriesFigure(curves, document));
 */
export function seriesFigure(
  curves: readonly Curve[],
  document: Document,
  options: FigureOptions = {},
): SVGSVGElement {
  const width = widthOf(options);
  const { xLabel = "", yLabel = "", xScale = "linear", yScale = "linear" }: Partial<Curve> = curves[0] ?? {};
  const columns = Math.max(1, Math.min(curves.length, narrow(width) ? 1 : Math.floor(width / 250)));
  const { rows, place } = panelGrid(curves.length, columns);
  const panels = curves.map((curve, i) => ({
    name: curve.name,
    ...place(i),
    points: curve.x.map((x, k) => ({
      x: shown(x, xScale),
      y: shown(curve.y[k], yScale),
      low: shown(curve.low?.[k], yScale),
      high: shown(curve.high?.[k], yScale),
    })),
    band: curve.low !== undefined && curve.high !== undefined,
  }));
  const xs = extent(
    curves.flatMap(({ x }) => [...x]),
    0.02,
    xScale,
  );
  const ys = extent(
    curves.flatMap(({ y, low = [], high = [] }) => [...y, ...low, ...high]),
    0.06,
    yScale,
  );
  const [xAxis, yAxis] = [panelAxis("x", xs, xScale, 3), panelAxis("y", ys, yScale, 4)];
  const titleRoom = Math.max(8, (width - 60) / columns - 16);
  const marginLeft = 52;
  const inside = ({ fx, fy }: Placed) => ({ fx: () => fx, fy: () => fy, clip: true, x: "x" }) as const;
  const line = ({ points }: (typeof panels)[number], panel: Placed, style: Plot.LineYOptions) =>
    Plot.lineY(points, { ...inside(panel), y: "y", ...style });
  return draw(
    document,
    `${yLabel} by ${xLabel}`,
    `${yLabel} by ${xLabel}, a panel a curve: ${curves.map(({ name }) => name).join("; ")}.`,
    {
      width,
      height: 150 * rows + 74,
      marginLeft,
      marginRight: 12,
      marginTop: 46,
      marginBottom: 42,
      x: xAxis.scale,
      y: yAxis.scale,
      fx: { axis: null, padding: 0.14 },
      fy: { axis: null, padding: 0.24 },
      marks: [
        panelFrames(panels, xs, ys),
        xAxis.mark,
        yAxis.mark,
        panelTitles(panels, titleRoom / textWidth("m") / 2, {
          text: ({ name }) => name,
          title: ({ name }) => name,
          fill: color("ink"),
        }),
        ...panels.flatMap((panel) => [
          ...(panels.length > mostOthers ? [] : panels)
            .filter((other) => other !== panel)
            .map((other) =>
              line(other, panel, { stroke: color("same"), strokeOpacity: 0.45, className: "mm-other-curve" }),
            ),
          Plot.areaY(panel.band ? panel.points : [], {
            ...inside(panel),
            y1: "low",
            y2: "high",
            fill: color("better"),
            fillOpacity: 0.22,
            className: "mm-curve-band",
          }),
          line(panel, panel, { stroke: color("better"), strokeWidth: 2, className: "mm-curve" }),
          Plot.dot(panel.points.length <= mostDots ? panel.points : [], {
            ...inside(panel),
            clip: false,
            y: "y",
            r: 2.5,
            fill: color("better"),
            className: "mm-curve-point",
          }),
        ]),
        panelAxisName(xLabel, place(curves.length - 1)),
        panelValueName(yLabel, place(0), marginLeft),
      ],
    },
  );
}
