import * as Plot from "@observablehq/plot";
import { meanOf } from "../../averages.ts";
import type { DatasetReport, TrialRecord } from "../../results.ts";
import type { FigureOptions } from "./draw.ts";
import { draw, narrow, widthOf } from "./draw.ts";
import { color } from "./palette.ts";
import { panelAxisName, panelFrames, panelGrid, panelTitles } from "./panels.ts";
import { partName, validationName } from "./text.ts";
import { verdictStyles } from "./verdicts.ts";

/** Mean and standard deviation of the validation metric after one epoch. */
export interface CurvePoint {
  epoch: number;
  mean: number;
  low: number;
  high: number;
  folds: number;
}

/**
 * Returns the mean learning curve of one candidate: after each epoch the mean of the validation metric over the folds that still train,
 * plus and minus one standard deviation. It ends where fewer than half of the folds still train, since from there on it would be a curve of
 * the stragglers.
 *
 * @param trials the trials of a data set
 * @param candidate identifier of the candidate
 * @returns one point an epoch, epochs counted from 1; empty if nothing was trained
 * @example meanCurve(report.trials, "cross-entropy")[0].mean
 */
export function meanCurve(trials: TrialRecord[], candidate: string): CurvePoint[] {
  const curves = trials
    .filter((t) => t.candidate === candidate && t.curve.length > 0)
    .map(({ curve }) => curve);
  const longest = Math.max(0, ...curves.map(({ length }) => length));
  const points: CurvePoint[] = [];
  for (let i = 0; i < longest; i++) {
    const values = curves.flatMap((curve) => (i < curve.length ? [curve[i]!] : [])).filter(Number.isFinite);
    if (values.length === 0 || 2 * values.length < curves.length) break;
    const mean = meanOf(values);
    const square = values.reduce((sum, v) => sum + (v - mean) ** 2, 0);
    const sd = values.length > 1 ? Math.sqrt(square / (values.length - 1)) : 0;
    points.push({ epoch: i + 1, mean, low: mean - sd, high: mean + sd, folds: values.length });
  }
  return points;
}

/** The range of the means, without the lowest twentieth (the first epochs would flatten all others). */
function meanRange(curves: CurvePoint[][], higherIsBetter: boolean): [number, number] {
  const means = curves.flatMap((curve) => curve.map(({ mean }) => mean)).sort((a, b) => a - b);
  if (means.length === 0) return [0, 1];
  const at = (q: number): number => means[Math.round(q * (means.length - 1))]!;
  const [low, high] = higherIsBetter ? [at(0.05), at(1)] : [at(0), at(0.95)];
  const pad = 0.12 * (high - low) || 0.05 * Math.abs(high) || 0.5;
  return [low - pad, high + pad];
}

/**
 * Draws learning curves: a small panel a loss, its mean validation metric by epoch with one standard deviation over the folds, over the
 * baseline's curve (dashed) in every panel, all on the same axes.
 *
 * @param report one data set of `results.json`
 * @param document the page's document, or one of linkedom
 * @param options width
 * @returns an `svg` element that belongs to `document`
 * @example figure.append(curvesFigure(results.datasets[0], document));
 */
export function curvesFigure(
  report: DatasetReport,
  document: Document,
  options: FigureOptions = {},
): SVGSVGElement {
  const { ranking } = report;
  const width = widthOf(options);
  const baseline = meanCurve(report.trials, ranking.baseline);
  const shown = ranking.entries.filter((e) => e.verdict !== "reference" && e.candidate !== ranking.baseline);
  const columns = Math.max(1, Math.min(shown.length, narrow(width) ? 2 : Math.floor(width / 145)));
  const { rows, place } = panelGrid(shown.length, columns);
  const panels = shown.map((entry, i) => ({
    entry,
    ...place(i),
    points: meanCurve(report.trials, entry.candidate),
    style: verdictStyles[entry.verdict],
  }));
  const metric = validationName(report);
  const all = [baseline, ...panels.map(({ points }) => points)];
  const epochs = Math.max(2, ...all.map(({ length }) => length));
  const range = meanRange(all, ranking.higherIsBetter && report.bags === undefined);

  return draw(
    document,
    `Learning curves, ${metric}`,
    `Validation ${metric} by epoch, mean over the ${partName(report)}s, each loss over the baseline. ${panels
      .map(({ entry, points }) => `${entry.label}: ${points.length} epochs`)
      .join("; ")}.`,
    {
      width,
      height: 112 * rows + 66,
      marginLeft: 44,
      marginRight: 12,
      marginTop: 30,
      marginBottom: 42,
      x: { domain: [1, epochs], label: null },
      y: { domain: range, label: null },
      fx: { axis: null, padding: 0.08 },
      fy: { axis: null, padding: 0.26 },
      marks: [
        panelFrames(panels, [1, epochs], range),
        Plot.axisX({ ticks: 3, label: null, tickFormat: (x: number) => `${x}` }),
        Plot.axisY({ ticks: 3, label: null }),
        panelTitles(panels, (width - 56) / columns / 15.5, {
          text: ({ entry, style }) => `${style.glyph} ${entry.label}`,
          title: ({ entry }) => entry.label,
          fill: ({ style }) => style.color,
        }),
        ...panels.flatMap(({ fx, fy, points, style, entry }) => {
          const facet = { fx: () => fx, fy: () => fy, x: "epoch", clip: true } as const;
          if (points.length === 0) {
            return [
              Plot.text([entry], {
                fx: () => fx,
                fy: () => fy,
                text: () => "no curve",
                frameAnchor: "middle",
                fill: color("muted"),
              }),
            ];
          }
          return [
            Plot.areaY(points, { ...facet, y1: "low", y2: "high", fill: style.color, fillOpacity: 0.18 }),
            Plot.lineY(baseline, {
              ...facet,
              y: "mean",
              stroke: color("ink"),
              strokeWidth: 1.2,
              strokeDasharray: "3 2.5",
              className: "mm-baseline-curve",
            }),
            Plot.lineY(points, {
              ...facet,
              y: "mean",
              stroke: style.color,
              strokeWidth: 2,
              className: "mm-curve",
            }),
          ];
        }),
        panelAxisName("epoch", place(shown.length - 1)),
      ],
    },
  );
}
