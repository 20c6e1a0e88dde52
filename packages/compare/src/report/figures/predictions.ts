import * as Plot from "@observablehq/plot";
import type { DatasetReport, RowCloud } from "../../results.ts";
import type { FigureOptions } from "./draw.ts";
import { color } from "./palette.ts";
import { drawPortraits, inside, type Portrait, portraitsOf } from "./portraits.ts";
import { fixed } from "./text.ts";

/**
 * Draws the target against its prediction, for the baseline and each finalist of a regression: a panel each, with the diagonal of perfect
 * predictions. Rows that are near each other are one dot, whose area grows with their number.
 *
 * @param report one data set of `results.json`
 * @param document the page's document, or one of linkedom
 * @param options width
 * @returns an `svg` element, or `null` if there is nothing to show (classification, all diverged)
 * @example actualFigure(results.datasets[0], document)
 */
export function actualFigure(
  report: DatasetReport,
  document: Document,
  options: FigureOptions = {},
): SVGSVGElement | null {
  const shown = portraitsOf(report, ({ actual }) => actual !== undefined);
  const clouds = shown.map(({ behaviour }) => behaviour.actual!);
  const both = domainOf(clouds.flatMap(({ x, y }) => [x, y]));
  const number = ({ candidate }: Pick<Portrait, "candidate">): string =>
    `R² ${fixed(report.metrics[candidate].r2)}`;
  return drawPortraits(shown, document, options, {
    name: `${report.target} against its prediction`,
    describe: (one) => `${number(one)}, ${extentOf(one.behaviour.actual!, "actual")}`,
    x: axis(both, `predicted ${report.target}`),
    y: axis(both, `actual ${report.target}`),
    number,
    marks: (panel, side) => [
      Plot.link([0], {
        ...inside(panel),
        x1: both[0],
        y1: both[0],
        x2: both[1],
        y2: both[1],
        stroke: color("ink"),
        strokeDasharray: "4 3",
        className: "mm-diagonal",
      }),
      dots(panel, panel.behaviour.actual!, side, most(clouds)),
    ],
  });
}

/**
 * Residuals, the target minus its prediction, against the prediction: as {@link actualFigure}, with the line of no error.
 *
 * @param report one data set of `results.json`
 * @param document the page's document, or one of linkedom
 * @param options width
 * @returns an `svg` element, or `null` if there is nothing to show (classification, all diverged)
 * @example residualsFigure(results.datasets[0], document)
 */
export function residualsFigure(
  report: DatasetReport,
  document: Document,
  options: FigureOptions = {},
): SVGSVGElement | null {
  const shown = portraitsOf(report, ({ residual }) => residual !== undefined);
  const clouds = shown.map(({ behaviour }) => behaviour.residual!);
  const across = domainOf(clouds.map(({ x }) => x));
  const number = ({ candidate }: Pick<Portrait, "candidate">): string =>
    `RMSE ${Number((report.metrics[candidate].rmse ?? Number.NaN).toPrecision(3))}`;
  return drawPortraits(shown, document, options, {
    name: `Residuals of ${report.target}`,
    describe: (one) => `${number(one)}, ${extentOf(one.behaviour.residual!, "residuals")}`,
    x: axis(across, `predicted ${report.target}`),
    y: axis(domainOf(clouds.map(({ y }) => y)), "actual minus predicted"),
    number,
    marks: (panel, side) => [
      Plot.link([0], {
        ...inside(panel),
        x1: across[0],
        y1: 0,
        x2: across[1],
        y2: 0,
        stroke: color("ink"),
        strokeDasharray: "4 3",
        className: "mm-diagonal",
      }),
      dots(panel, panel.behaviour.residual!, side, most(clouds)),
    ],
  });
}

/** Of large numbers with k and M, for which there is room. */
const axis = (domain: readonly [number, number], label: string) => ({
  domain,
  label,
  ...(Math.max(-domain[0], domain[1]) >= 1e5 && { format: "~s" }),
});

const most = (clouds: readonly RowCloud[]): number =>
  clouds.reduce((top, { count }) => count.reduce((a, b) => Math.max(a, b), top), 2);

function dots(panel: Portrait, { x, y, count }: RowCloud, side: number, top: number): Plot.Markish {
  // The largest nearly fill a cell of the grid that rows were put together in.
  const largest = side / 64;
  const smallest = Math.max(1, 0.36 * largest);
  const radius = (n: number): number => smallest + (largest - smallest) * Math.sqrt((n - 1) / (top - 1));
  return Plot.dot(count, {
    ...inside(panel),
    x,
    y,
    r: {
      value: count.map(radius),
      scale: null,
    },
    fill: panel.style.color,
    fillOpacity: 0.75,
    className: "mm-rows",
    sort: null,
  });
}

/** Of all, with a little room. */
function domainOf(lists: readonly (readonly number[])[]): [number, number] {
  const all = lists.flat();
  const low = all.reduce((a, b) => Math.min(a, b), Infinity);
  const high = all.reduce((a, b) => Math.max(a, b), -Infinity);
  const pad = 0.04 * (high - low) || 0.5;
  return [low - pad, high + pad];
}

function extentOf({ y, count }: RowCloud, what: string): string {
  const rows = count.reduce((sum, n) => sum + n, 0);
  const [low, high] = [Math.min(...y), Math.max(...y)].map((v) => Number(v.toPrecision(2)));
  return `${rows} predictions, ${what} from about ${low} to ${high}`;
}
