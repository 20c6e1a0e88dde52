import * as Plot from "@observablehq/plot";
import type { DatasetReport, ReliabilityBins, TrialRecord } from "../../results.ts";
import type { FigureOptions } from "./draw.ts";
import { draw, widthOf } from "./draw.ts";
import { color } from "./palette.ts";
import { labelOf } from "./rows.ts";
import { fixed, percent } from "./text.ts";

/**
 * Returns the bins of all test folds of one candidate, added up. With several seeds a row is counted once per seed.
 *
 * @param trials the trials of a data set
 * @param candidate identifier of the candidate
 * @returns the sums, or `null` if no trial has bins (regression, diverged)
 * @example sumReliability(report.trials, "cross-entropy")?.count
 */
export function sumReliability(trials: TrialRecord[], candidate: string): ReliabilityBins | null {
  const all = trials.flatMap((t) => (t.candidate === candidate && t.reliability ? [t.reliability] : []));
  if (all.length === 0) return null;
  const sum = (key: keyof ReliabilityBins): number[] =>
    all[0]![key].map((_, bin) => all.reduce((total, bins) => total + bins[key][bin]!, 0));
  return { count: sum("count"), confidence: sum("confidence"), correct: sum("correct") };
}

/** One bin as it is drawn. */
interface Bin {
  start: number;
  end: number;
  count: number;
  /** Upper edge of its bar of the histogram. */
  top: number;
  predicted: number;
  observed: number;
}

/** Height of the histogram below the unit square, in units of the square. */
const floor = -0.34;

/**
 * Draws the reliability diagram of one candidate: the observed share against the mean predicted probability a bin, with the diagonal of
 * perfect calibration and, below, how many predictions each bin holds. Binary: probability and share of the positive class; several
 * classes: of the predicted class.
 *
 * @param report one data set of `results.json`
 * @param candidate identifier of the candidate
 * @param document the page's document, or one of linkedom
 * @param options width
 * @returns an `svg` element, or `null` if there is nothing to show (regression, all diverged)
 * @example reliabilityFigure(results.datasets[0], "cross-entropy", document)
 */
export function reliabilityFigure(
  report: DatasetReport,
  candidate: string,
  document: Document,
  options: FigureOptions = {},
): SVGSVGElement | null {
  const width = widthOf(options, 360);
  const bins = sumReliability(report.trials, candidate);
  if (bins === null) return null;
  const most = Math.max(...bins.count);
  const size = bins.count.length;
  const rows = bins.count.map(
    (count, bin): Bin => ({
      start: bin / size,
      end: (bin + 1) / size,
      count,
      top: floor + (-0.06 - floor) * (count / most),
      predicted: bins.confidence[bin]! / count,
      observed: bins.correct[bin]! / count,
    }),
  );
  const filled = rows.filter(({ count }) => count > 0);
  // A bin with less than a hundredth of the predictions has a small dot and no lines.
  const total = bins.count.reduce((sum, n) => sum + n, 0);
  const frequent = filled.filter(({ count }) => 100 * count >= total);
  const what = report.classes.length === 2 ? `P(${report.classes[1]})` : "confidence";
  const seen = report.classes.length === 2 ? `share of ${report.classes[1]}` : "share correct";
  const error = `ECE ${fixed(report.metrics[candidate].ece)}`;
  const tooltip = (row: Bin): string =>
    `${row.count} predictions: ${what} ${fixed(row.predicted, 2)}, ${seen} ${fixed(row.observed, 2)}`;

  return draw(
    document,
    `Reliability of ${labelOf(report, candidate)}`,
    `${error}, the expected calibration error. ${filled.map(tooltip).join("; ")}.`,
    {
      width,
      height: width * 1.12 + 16,
      marginLeft: 48,
      marginRight: 22,
      marginTop: 28,
      marginBottom: 44,
      x: { domain: [0, 1], label: null },
      y: { domain: [floor, 1], label: null },
      marks: [
        Plot.axisX({ ticks: 5, tickFormat: percent, label: null }),
        Plot.axisY([0, 0.2, 0.4, 0.6, 0.8, 1], { tickFormat: percent, label: null }),
        Plot.gridY([0, 0.2, 0.4, 0.6, 0.8, 1], { stroke: color("line"), strokeOpacity: 0.8 }),
        Plot.link([0], { x1: 0, y1: 0, x2: 1, y2: 1, stroke: color("muted"), strokeDasharray: "4 3" }),
        Plot.rect(rows, {
          x1: "start",
          x2: "end",
          y1: () => floor,
          y2: "top",
          inset: 1,
          fill: color("same"),
          fillOpacity: 0.5,
          title: tooltip,
          className: "mm-count",
        }),
        Plot.ruleY([floor], { stroke: color("line") }),
        Plot.text(filled, {
          x: ({ start, end }) => (start + end) / 2,
          y: "top",
          dy: -6,
          text: ({ count }) => (count < 1e4 ? `${count}` : `${Math.round(count / 1000)}k`),
          fontSize: Math.min(10, (width - 70) / size / 2.6),
          fill: color("muted"),
          className: "mm-count-label",
        }),
        // From the diagonal to the dot: how far the predictions of this bin are off.
        Plot.ruleX(frequent, {
          x: "predicted",
          y1: "predicted",
          y2: "observed",
          stroke: color("worse"),
          strokeWidth: 1.5,
          strokeOpacity: 0.7,
          className: "mm-gap",
        }),
        Plot.lineY(frequent, { x: "predicted", y: "observed", stroke: color("better"), strokeWidth: 1.5 }),
        Plot.dot(filled, {
          x: "predicted",
          y: "observed",
          sort: null,
          // The area shows how many predictions a dot stands for.
          r: { value: ({ count }: Bin) => 1.5 + 3.5 * Math.sqrt(count / most), scale: null },
          fill: color("better"),
          title: tooltip,
          className: "mm-bin",
        }),
        Plot.text([error], { frameAnchor: "top-right", dy: -20, fontWeight: 600, fill: "currentColor" }),
        Plot.text([`↑ ${seen}`], {
          frameAnchor: "top-left",
          dx: -44,
          dy: -20,
          fill: color("muted"),
          lineWidth: (width - 110) / 12,
          textOverflow: "ellipsis",
        }),
        Plot.text([`predicted ${what} →`], { frameAnchor: "bottom-right", dy: 36, fill: color("muted") }),
      ],
    },
  );
}
