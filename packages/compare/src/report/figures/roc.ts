import * as Plot from "@observablehq/plot";
import type { DatasetReport, MeanRoc } from "../../results.ts";
import type { FigureOptions } from "./draw.ts";
import { color } from "./palette.ts";
import { drawPortraits, inside, portraitsOf } from "./portraits.ts";
import { fixed, percent } from "./text.ts";

const hundredfold = (rate: number): string => `${Math.round(100 * rate)}`;

/** Returns the true positive rate at a false positive rate: the highest where the curve jumps. */
export function truePositiveAt({ falsePositive, truePositive }: MeanRoc, rate: number): number {
  const next = falsePositive.findIndex((x) => x > rate);
  if (next < 1) return next === 0 ? 0 : 1;
  const [x0, x1] = [falsePositive[next - 1], falsePositive[next]];
  const [y0, y1] = [truePositive[next - 1], truePositive[next]];
  return y0 + ((y1 - y0) * (rate - x0)) / (x1 - x0);
}

/**
 * Draws receiver operating characteristics of the baseline and each finalist: a panel each, the mean over the test parts, over the
 * baseline's curve (dashed) and the diagonal of guessing. With several classes it is the mean over the classes, each against the rest. The
 * area below a curve is the ROC-AUC of `metrics`.
 *
 * @param report one data set of `results.json`
 * @param document the page's document, or one of linkedom
 * @param options width
 * @returns an `svg` element, or `null` if there is nothing to show (regression, all diverged)
 * @example rocFigure(results.datasets[0], document)
 */
export function rocFigure(
  report: DatasetReport,
  document: Document,
  options: FigureOptions = {},
): SVGSVGElement | null {
  const shown = portraitsOf(report, ({ roc }) => roc !== undefined);
  const baseline = shown.find(({ candidate }) => candidate === report.ranking.baseline)?.behaviour.roc;
  const area = (candidate: string): string => `AUC ${fixed(report.metrics[candidate]["roc-auc"])}`;
  return drawPortraits(shown, document, options, {
    name: "ROC curves",
    describe: ({ candidate, behaviour }) =>
      `${area(candidate)}, at a false positive rate of 10 % a true positive rate of ${percent(truePositiveAt(behaviour.roc!, 0.1))}`,
    x: { domain: [0, 1], label: "false positive rate, %", format: hundredfold },
    y: { domain: [0, 1], label: "true positive rate, %", format: hundredfold },
    number: ({ candidate }) => area(candidate),
    marks: (panel) => {
      const curve = (roc: MeanRoc, style: Plot.LineOptions) =>
        Plot.line(roc.falsePositive, {
          ...inside(panel),
          x: roc.falsePositive,
          y: roc.truePositive,
          ...style,
        });
      const own = panel.candidate === report.ranking.baseline;
      return [
        Plot.link([0], { ...inside(panel), x1: 0, y1: 0, x2: 1, y2: 1, stroke: color("line") }),
        baseline === undefined || own
          ? null
          : curve(baseline, {
              stroke: color("ink"),
              strokeWidth: 1.2,
              strokeDasharray: "3 2.5",
              className: "mm-baseline-curve",
            }),
        curve(panel.behaviour.roc!, {
          stroke: own ? color("ink") : panel.style.color,
          strokeWidth: 2,
          className: "mm-curve",
        }),
      ];
    },
  });
}
