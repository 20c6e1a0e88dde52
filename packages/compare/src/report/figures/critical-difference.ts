import * as Plot from "@observablehq/plot";
import type { AcrossReport } from "../../results.ts";
import type { FigureOptions } from "./draw.ts";
import { draw, narrow, textWidth, widthOf } from "./draw.ts";
import { color } from "./palette.ts";
import { fixed } from "./text.ts";

interface Placed {
  label: string;
  rank: number;
  /** Line below the axis, counted from 1. */
  line: number;
  side: "left" | "right";
}

/**
 * Places the names below the axis so that no two lines cross: wide, the better half on the left and the worse half on
 * the right, both from the outside in; narrow, all on the right, the worst rank on top.
 */
function place(across: AcrossReport, labels: Map<string, string>, oneSided: boolean): Placed[] {
  const order = across.candidates
    .map((id, i) => ({ label: labels.get(id) ?? id, rank: across.averageRanks[i]! }))
    .sort((a, b) => a.rank - b.rank);
  const k = order.length;
  const left = oneSided ? 0 : Math.ceil(k / 2);
  return order.map((item, i) => ({
    ...item,
    side: i < left ? "left" : "right",
    line: i < left ? i + 1 : k - i,
  }));
}

/**
 * Draws a critical-difference diagram. It has the average ranks over the data sets on one axis (1 is best), and a bar as long as Nemenyi's
 * critical difference. A thick bar is over every group of losses without a significant difference.
 *
 * @param across average ranks and cliques of `results.json`
 * @param labels names by candidate identifier; an identifier without one stands for itself
 * @param document the page's document, or one of linkedom
 * @param options width
 * @returns an `svg` element that belongs to `document`
 * @example criticalDifferenceFigure(results.across, new Map(), document)
 * @see Demsar 2006, JMLR 7, section 3.2.2 and figure 1
 */
export function criticalDifferenceFigure(
  across: AcrossReport,
  labels: Map<string, string>,
  document: Document,
  options: FigureOptions = {},
): SVGSVGElement {
  const width = widthOf(options);
  const k = across.candidates.length;
  const oneSided = narrow(width);
  const placed = place(across, labels, oneSided);
  const bars = across.cliques
    .map((clique) => clique.map((i) => across.averageRanks[i]!))
    .map((ranks) => ({ low: Math.min(...ranks), high: Math.max(...ranks) }))
    .sort((a, b) => a.low - b.low);
  const lineHeight = 22;
  const barHeight = 9;
  const longest = (side: Placed["side"]): number =>
    Math.max(0, ...placed.filter((p) => p.side === side).map((p) => textWidth(`${p.label}  0.00`)));
  const marginLeft = oneSided ? 20 : Math.min(longest("left") + 20, width * 0.32);
  const marginRight = Math.min(longest("right") + 20, width * (oneSided ? 0.55 : 0.32));
  const lines = Math.max(...placed.map(({ line }) => line));
  const first = bars.length * barHeight + 16;
  const height = 58 + first + lines * lineHeight;
  const down = (line: number): number => first + (line - 1) * lineHeight;
  const edge = (side: Placed["side"]): number => (side === "left" ? 1 : k);
  const characters = (side: Placed["side"]): number =>
    Math.floor(((side === "left" ? marginLeft : marginRight) - 20) / 6.5) - 5;
  const short = (p: Placed): string =>
    p.label.length > characters(p.side) ? `${p.label.slice(0, characters(p.side) - 1)}…` : p.label;
  const thin = { stroke: color("muted"), strokeWidth: 1 };
  const heightOf = (_: unknown, i: number): number => 12 + i * barHeight;
  // Every rank has a tick where it has 18 pixels, else every second.
  const every = width - marginLeft - marginRight < 18 * k ? 2 : 1;
  const ranks = Array.from({ length: Math.ceil(k / every) }, (_, i) => 1 + i * every);
  const cd = Math.min(across.criticalDifference, k - 1);

  return draw(
    document,
    "Critical-difference diagram",
    `Average ranks over ${across.datasets.length} data sets, critical difference ${fixed(across.criticalDifference, 2)}. ${placed
      .map(({ label, rank }) => `${label}: ${fixed(rank, 2)}`)
      .join("; ")}.`,
    {
      width,
      height,
      marginLeft,
      marginRight,
      marginTop: 52,
      marginBottom: 6,
      x: { domain: [1, k], axis: null },
      // Pixels below the axis, so that lines and names keep their distance however many there are.
      y: { domain: [0, height - 58], range: [52, height - 6], axis: null },
      marks: [
        Plot.axisX({
          anchor: "top",
          ticks: ranks,
          tickFormat: String,
          label: null,
        }),
        Plot.ruleY([0], { stroke: color("ink") }),
        Plot.link([cd], {
          x1: 1,
          x2: (d: number) => 1 + d,
          y1: 0,
          y2: 0,
          dy: -30,
          stroke: color("ink"),
          strokeWidth: 2,
          marker: "tick",
          className: "mm-critical-difference",
        }),
        Plot.text([cd], {
          x: () => 1,
          y: 0,
          dy: -40,
          text: () => `critical difference ${fixed(across.criticalDifference, 2)}`,
          fill: color("muted"),
          textAnchor: "start",
        }),
        Plot.link(placed, {
          x1: "rank",
          x2: "rank",
          y1: 0,
          y2: ({ line }: Placed) => down(line),
          ...thin,
          className: "mm-stem",
        }),
        Plot.link(placed, {
          x1: "rank",
          x2: ({ side }: Placed) => edge(side),
          y1: ({ line }: Placed) => down(line),
          y2: ({ line }: Placed) => down(line),
          ...thin,
          className: "mm-branch",
        }),
        Plot.link(bars, {
          x1: "low",
          x2: "high",
          y1: heightOf,
          y2: heightOf,
          stroke: color("better"),
          strokeWidth: 4.5,
          strokeLinecap: "round",
          className: "mm-clique",
        }),
        ...(["left", "right"] as const).map((side) =>
          Plot.text(
            placed.filter((p) => p.side === side),
            {
              x: () => edge(side),
              y: ({ line }: Placed) => down(line),
              dx: side === "left" ? -8 : 8,
              textAnchor: side === "left" ? "end" : "start",
              text: (p: Placed) =>
                side === "left" ? `${short(p)}  ${fixed(p.rank, 2)}` : `${fixed(p.rank, 2)}  ${short(p)}`,
              title: "label",
              fill: "currentColor",
              className: "mm-name",
            },
          ),
        ),
      ],
    },
  );
}
