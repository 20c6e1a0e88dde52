import * as Plot from "@observablehq/plot";
import type { DatasetReport, TrialRecord } from "../../results.ts";
import type { FigureOptions } from "./draw.ts";
import { draw, textWidth, widthOf } from "./draw.ts";
import { color, heatTurn } from "./palette.ts";
import { labelOf } from "./rows.ts";
import { percent } from "./text.ts";

/**
 * Returns the confusion matrices of all test folds of one candidate, added up.
 *
 * @param trials the trials of a data set
 * @param candidate identifier of the candidate
 * @returns `[true][predicted]`, or `null` if no trial has one (regression, diverged)
 * @example sumConfusion(report.trials, "cross-entropy")?.[0][1]
 */
export function sumConfusion(trials: TrialRecord[], candidate: string): number[][] | null {
  const all = trials.flatMap((t) => (t.candidate === candidate && t.confusion ? [t.confusion] : []));
  if (all.length === 0) return null;
  return all[0]!.map((row, i) => row.map((_, j) => all.reduce((sum, matrix) => sum + matrix[i]![j]!, 0)));
}

interface Cell {
  truth: number;
  predicted: number;
  count: number;
  share: number;
}

/** Short enough for a tick, with an ellipsis where it was cut. */
const short = (name: string, characters: number): string =>
  name.length > characters ? `${name.slice(0, characters - 1)}…` : name;

/**
 * Draws the confusion matrix of one candidate: one row per true class, one column per predicted class, shaded by the share of the row.
 * Share and count are shown where they fit (from about 12 classes on whole percents alone, the rest as tooltip).
 *
 * @param report one data set of `results.json`
 * @param candidate identifier of the candidate
 * @param document the page's document, or one of linkedom
 * @param options width
 * @returns an `svg` element, or `null` if there is nothing to show (regression, all diverged)
 * @example confusionFigure(results.datasets[0], "cross-entropy", document)
 */
export function confusionFigure(
  report: DatasetReport,
  candidate: string,
  document: Document,
  options: FigureOptions = {},
): SVGSVGElement | null {
  const width = widthOf(options, 360);
  const matrix = sumConfusion(report.trials, candidate);
  if (matrix === null) return null;
  const { classes } = report;
  const cells = matrix.flatMap((row, truth) => {
    const total = row.reduce((sum, n) => sum + n, 0);
    return row.map(
      (count, predicted): Cell => ({ truth, predicted, count, share: total > 0 ? count / total : 0 }),
    );
  });
  const ids = classes.map((_, i) => i);
  const names = classes.map((name) => short(name, 14));
  const marginLeft = Math.ceil(Math.max(34, ...names.map(textWidth)) + 26);
  const side = (width - marginLeft - 8) / classes.length;
  // Names are upright where a column is narrower than they are.
  const upright = names.some((name) => textWidth(name) > side - 4);
  const marginTop = upright ? Math.ceil(Math.max(...names.map(textWidth)) + 34) : 46;
  const both = side >= 44;
  const fontSize = Math.max(7, Math.min(13, side * (both ? 0.26 : 0.42)));
  const ink = ({ share }: Cell): string => (share > heatTurn ? color("onHeat") : color("onCool"));
  const tooltip = ({ truth, predicted, count, share }: Cell): string =>
    `true ${classes[truth]}, predicted ${classes[predicted]}: ${count} (${percent(share)})`;

  return draw(
    document,
    `Confusion matrix of ${labelOf(report, candidate)}`,
    `${cells
      .filter(({ truth, predicted }) => truth === predicted)
      .map(tooltip)
      .join("; ")}.`,
    {
      width,
      height: Math.min(Math.max(side, 18), 104) * classes.length + marginTop + 8,
      marginLeft,
      marginRight: 8,
      marginTop,
      marginBottom: 8,
      x: { domain: ids, axis: null, padding: 0 },
      y: { domain: ids, axis: null, padding: 0 },
      marks: [
        Plot.axisX(ids, {
          anchor: "top",
          tickSize: 0,
          label: null,
          tickFormat: (i: number) => names[i]!,
          tickRotate: upright ? -90 : 0,
        }),
        Plot.axisY(ids, { tickSize: 0, label: null, tickFormat: (i: number) => names[i]! }),
        Plot.text(["predicted →"], { frameAnchor: "top-left", dy: 12 - marginTop, fill: color("muted") }),
        Plot.text(["← true"], {
          frameAnchor: "bottom-left",
          rotate: -90,
          textAnchor: "start",
          dx: 12 - marginLeft,
          fill: color("muted"),
        }),
        Plot.cell(cells, {
          x: "predicted",
          y: "truth",
          inset: 0.5,
          fill: color("band"),
          className: "mm-ground",
        }),
        Plot.cell(cells, {
          x: "predicted",
          y: "truth",
          inset: 0.5,
          fill: color("heat"),
          // An identity, so that the opacity is the share itself and not the share of the largest share.
          fillOpacity: { value: "share", scale: null },
          title: tooltip,
          className: "mm-cell",
        }),
        Plot.text(
          cells.filter(({ share }) => both || share >= 0.005),
          {
            x: "predicted",
            y: "truth",
            text: (cell: Cell) => (both ? percent(cell.share) : `${Math.round(100 * cell.share)}`),
            dy: both ? -fontSize * 0.55 : 0,
            fontSize,
            fontWeight: 600,
            fill: ink,
            className: "mm-share",
          },
        ),
        both
          ? Plot.text(cells, {
              x: "predicted",
              y: "truth",
              text: "count",
              dy: fontSize * 0.75,
              fontSize: fontSize * 0.85,
              fill: ink,
              className: "mm-count",
            })
          : null,
      ],
    },
  );
}
