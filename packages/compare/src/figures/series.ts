import * as Plot from "@observablehq/plot";
import type { FigureOptions } from "./draw.ts";
import { draw, narrow, textWidth, widthOf } from "./draw.ts";
import { color } from "./palette.ts";
import { type Placed, panelAxisName, panelFrames, panelGrid, panelTitles } from "./panels.ts";

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
}

/** Up to so many curves are drawn behind each other's panels; more would be a tangle, and a large file. */
const mostOthers = 12;

/** Up to so many points of a curve are marked. */
const mostDots = 30;

/** From lowest to highest finite value with a little room; a range around a single value. */
function extent(values: number[], room: number): [number, number] {
  const finite = values.filter(Number.isFinite);
  if (finite.length === 0) return [0, 1];
  const low = finite.reduce((a, b) => Math.min(a, b));
  const high = finite.reduce((a, b) => Math.max(a, b));
  const pad = low === high ? 0.1 * Math.abs(low) || 0.5 : room * (high - low);
  return [low - pad, high + pad];
}

/**
 * Curves that share their axes: a small panel for each, over the pale curves of all others where there are at most
 * twelve, so that any number of them can be told apart without colours. Points that aren't finite are gaps. A curve may
 * have a band around it.
 *
 * @param curves with the same `xLabel` and `yLabel`
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
  const { xLabel, yLabel } = curves[0] ?? { xLabel: "", yLabel: "" };
  const columns = Math.max(1, Math.min(curves.length, narrow(width) ? 1 : Math.floor(width / 250)));
  const { rows, place } = panelGrid(curves.length, columns);
  const panels = curves.map((curve, i) => ({
    name: curve.name,
    ...place(i),
    points: curve.x.map((x, k) => ({
      x,
      y: curve.y[k] ?? Number.NaN,
      low: curve.low?.[k] ?? Number.NaN,
      high: curve.high?.[k] ?? Number.NaN,
    })),
    band: curve.low !== undefined && curve.high !== undefined,
  }));
  const xs = extent(
    curves.flatMap(({ x }) => [...x]),
    0.02,
  );
  const ys = extent(
    curves.flatMap(({ y, low = [], high = [] }) => [...y, ...low, ...high]),
    0.06,
  );
  const titleRoom = Math.max(8, (width - 60) / columns - 16);
  const inside = ({ fx, fy }: Placed) => ({ fx: () => fx, fy: () => fy, clip: true, x: "x" }) as const;
  const line = ({ points }: (typeof panels)[number], panel: Placed, style: Plot.LineYOptions) =>
    Plot.lineY(points, { ...inside(panel), y: "y", ...style });
  return draw(
    document,
    `${yLabel} by ${xLabel}`,
    `${yLabel} by ${xLabel}, a panel a curve: ${curves.map(({ name }) => name).join("; ")}.`,
    {
      width,
      height: 150 * rows + 58,
      marginLeft: 52,
      marginRight: 12,
      marginTop: 30,
      marginBottom: 42,
      x: { domain: xs, label: null },
      y: { domain: ys, label: null },
      fx: { axis: null, padding: 0.14 },
      fy: { axis: null, padding: 0.24 },
      marks: [
        panelFrames(panels, xs, ys),
        Plot.axisX({ ticks: 3, label: null }),
        Plot.axisY({ ticks: 4, label: null }),
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
      ],
    },
  );
}
