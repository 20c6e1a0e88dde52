import * as Plot from "@observablehq/plot";
import { readOptions } from "minimand/engine";
import type { FigureOptions } from "./draw.ts";
import { draw, labelMargin, lineHeight, nameAxis, nameLines, tickSpacing } from "./draw.ts";
import { color } from "./palette.ts";

/** A value with its interval, in the panel of its group. */
export interface Interval {
  /** Empty where there are no groups. */
  group: string;
  name: string;
  value: number;
  low: number;
  high: number;
}

/** What the axis means, what the ends of the intervals are, and a value to compare with. */
export interface IntervalsOptions extends FigureOptions {
  xLabel: string;
  /** As the description says it; null for values alone. Default `with 95 % intervals`. */
  ends?: string | null;
  reference?: { value: number; label: string };
}

/**
 * Draws values with their intervals, a panel per group, all on one axis, long names on several lines; a line marks a value to compare with.
 * Intervals that aren't finite are left out, and one that is four times as wide as the median one doesn't stretch the axis.
 *
 * @param intervals names are unique within a group
 * @param document the page's document, or one of linkedom
 * @param options label of the axis, what the ends are, reference, width
 * @returns an `svg` element that belongs to `document`
 * @example figure.append(intervalsFigure([{ group: "uniform", name: "IPS", value: 0.4, low: 0.3, high: 0.5 }], document, { xLabel: "reward" }));
 */
export function intervalsFigure(
  intervals: readonly Interval[],
  document: Document,
  options: IntervalsOptions,
): SVGSVGElement {
  const { width, xLabel, ends, reference } = readOptions("intervalsFigure", options, {
    width: [760],
    xLabel: true,
    ends: ["with 95 % intervals"],
    reference: true,
  });
  const shown = intervals.filter(({ value, low, high }) => [value, low, high].every(Number.isFinite));
  const [min, max] = domainOf(shown, reference?.value);
  const keys = shown.map(({ group, name }) => `${group}\n${name}`);
  const labels = new Map(shown.map(({ name }, i) => [keys[i], name]));
  const groups = [...new Set(shown.map(({ group }) => group))];
  const heads = groups.filter((group) => group !== "").map((group) => `${group}\n`);
  const rows = groups.flatMap((group) => [
    ...(group === "" ? [] : [`${group}\n`]),
    ...keys.filter((_, i) => shown[i].group === group),
  ]);
  const marginLeft = labelMargin([...labels.values(), ...groups], width);
  const lines = Math.max(1, ...shown.map(({ name }) => nameLines(name, marginLeft).length));
  const cut = (x: number): number => Math.max(min, Math.min(max, x));
  const text = ({ group, name, value, low, high }: Interval): string =>
    `${group === "" ? "" : `${group}, `}${name}: ${value.toFixed(3)}${ends === null ? "" : ` [${low.toFixed(3)}, ${high.toFixed(3)}]`}`;
  const described = ends === null ? xLabel : `${xLabel}, ${ends}`;
  return draw(document, xLabel, `${described}. ${shown.map(text).join("; ")}.`, {
    width,
    height: (22 + (lines - 1) * lineHeight) * rows.length + 70,
    marginLeft,
    marginRight: 24,
    marginTop: 26,
    marginBottom: 44,
    x: { domain: [min, max], label: null },
    y: { domain: rows, axis: null, padding: 0.3 },
    marks: [
      Plot.gridX({ stroke: color("line"), strokeOpacity: 0.6, tickSpacing }),
      Plot.axisX({ tickSpacing, label: null }),
      Plot.text([xLabel], { frameAnchor: "bottom", dy: 38, fill: color("muted") }),
      ...(reference === undefined
        ? []
        : [
            Plot.ruleX([reference.value], {
              stroke: color("same"),
              strokeDasharray: "4 3",
              className: "mm-reference",
            }),
            Plot.text([reference.label], {
              x: () => reference.value,
              frameAnchor: "top",
              dy: -12,
              fill: color("muted"),
            }),
          ]),
      Plot.text(heads, {
        y: (key: string) => key,
        text: (key: string) => key.trim(),
        frameAnchor: "left",
        textAnchor: "end",
        dx: -10,
        fontWeight: 600,
        fill: "currentColor",
      }),
      nameAxis(keys, labels, marginLeft, nameLines),
      Plot.ruleY(shown, {
        y: (_: Interval, i: number) => keys[i],
        x1: ({ low }: Interval) => cut(low),
        x2: ({ high }: Interval) => cut(high),
        stroke: color("better"),
        strokeWidth: 2,
        className: "mm-interval",
      }),
      Plot.dot(shown, {
        y: (_: Interval, i: number) => keys[i],
        x: ({ value }: Interval) => cut(value),
        title: text,
        r: 3.5,
        fill: color("better"),
        className: "mm-interval-value",
      }),
    ],
  });
}

function domainOf(shown: readonly Interval[], reference: number | undefined): [number, number] {
  const spans = shown.map(({ low, high }) => high - low).sort((a, b) => a - b);
  const usual = spans[Math.floor(spans.length / 2)] ?? 0;
  const kept = shown.filter(({ low, high }) => high - low <= 4 * usual || shown.length < 3);
  const ends = kept.flatMap(({ low, high }) => [low, high]);
  const all = reference === undefined ? ends : [...ends, reference];
  const [low, high] = all.length === 0 ? [0, 1] : [Math.min(...all), Math.max(...all)];
  const pad = low === high ? 0.1 * Math.abs(low) || 0.5 : 0.04 * (high - low);
  return [low - pad, high + pad];
}
