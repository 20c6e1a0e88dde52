import {
  type Curve,
  type FigureOptions,
  type Interval,
  intervalsFigure,
  seriesFigure,
} from "@minimand/compare";
import { svgDocument } from "@minimand/compare/report";
import type { Row } from "../reproduction.ts";

/** A figure of measured rows: what it shows, and how it is drawn. */
export interface PaperFigure {
  /** A sentence on what is to be seen. */
  caption: string;
  draw: (size: FigureOptions) => SVGSVGElement | null;
}

type Cell = string | ((row: Row) => number | null);

/** Values with the ends that were measured, a row each. */
export interface IntervalsOf {
  caption: string;
  xLabel: string;
  /** Column of the names. */
  name: string;
  /** Column of the panels. */
  group?: string;
  value: Cell;
  /** Column of what lies on either side of the value, or those of the two ends; without, values alone are shown. */
  error?: Cell | [low: string, high: string];
  /** What that is. Default: a standard error over seeds. */
  ends?: string;
  /** What values are multiplied by, as 100 for shares shown in percent. */
  times?: number;
  reference?: { value: number; label: string };
}

/** Values of rows on an axis. */
export function intervalsOf(rows: readonly Row[], options: IntervalsOf): PaperFigure {
  const { caption, xLabel, name, group, value, error, times = 1, reference } = options;
  const ends =
    error === undefined ? null : (options.ends ?? "with one standard error over seeds on either side");
  const intervals = rows.flatMap((row): Interval[] => {
    const middle = cellOf(row, value);
    if (middle === null) return [];
    const [low, high] = endsOf(row, middle, error);
    const scaled = { value: times * middle, low: times * low, high: times * high };
    return [{ group: group === undefined ? "" : String(row[group]), name: String(row[name]), ...scaled }];
  });
  if (intervals.length < 2) throw new Error(`${caption}: expected two measured rows or more`);
  return {
    caption: caption + (ends === null ? "" : ` Lines: ${ends.replace(/^with /, "")}.`),
    draw: (size) => intervalsFigure(intervals, svgDocument(), { ...size, xLabel, ends, reference }),
  };
}

/** Curves, of which rows are points. */
export interface CurvesOf {
  caption: string;
  xLabel: string;
  yLabel: string;
  /** Column of the curves' names. */
  name: string;
  x: Cell;
  y: Cell;
  /** Column of a standard error, shown as a band. */
  error?: Cell;
  xScale?: "linear" | "log";
  yScale?: "linear" | "log";
}

/** Rows as points of curves: a curve for each name. */
export function curvesOf(rows: readonly Row[], options: CurvesOf): PaperFigure {
  const { caption, name, x, y, error, ...axes } = options;
  const curves = [...Map.groupBy(rows, (row) => String(row[name]))].flatMap(([own, points]): Curve[] => {
    const known = points.flatMap((row) => {
      const [at, value] = [cellOf(row, x), cellOf(row, y)];
      return at === null || value === null ? [] : [{ at, value, error: endsOf(row, value, error) }];
    });
    if (known.length < 2) return [];
    const band = { low: known.map((point) => point.error[0]), high: known.map((point) => point.error[1]) };
    return [
      {
        name: own,
        ...axes,
        x: known.map(({ at }) => at),
        y: known.map(({ value }) => value),
        ...(error === undefined ? {} : band),
      },
    ];
  });
  if (curves.length === 0) throw new Error(`${caption}: expected measured rows for a curve`);
  return {
    caption: `${caption}${error === undefined ? "" : " Bands: one standard error over seeds on either side."}`,
    draw: (size) => seriesFigure(curves, svgDocument(), size),
  };
}

/** A row for each of the columns that `pattern` finds: its number as `at`, the cell as `value`. */
export function spread(rows: readonly Row[], pattern: RegExp): Row[] {
  return rows.flatMap((row) =>
    Object.entries(row).flatMap(([column, value]) => {
      const found = pattern.exec(column);
      return found === null ? [] : [{ ...row, at: Number(found[1]), value }];
    }),
  );
}

type Where = { [column: string]: Row[string] | readonly Row[string][] };

/** Rows with these values, or one of these. */
export const where = (rows: readonly Row[], wanted: Where): Row[] =>
  rows.filter((row) =>
    Object.entries(wanted).every(
      ([column, values]) => column in row && [values].flat().includes(row[column]),
    ),
  );

/** Rows that have values in these columns. */
export const having = (rows: readonly Row[], ...columns: string[]): Row[] =>
  rows.filter((row) => columns.every((column) => column in row && row[column] !== null));

/** The number of a cell; of texts as `46.0 ± 0.5` the first. */
function cellOf(row: Row, cell: Cell): number | null {
  if (typeof cell === "function") return cell(row);
  if (!(cell in row)) throw new Error(`no column '${cell}' among ${Object.keys(row).join(", ")}`);
  const value = row[cell];
  if (typeof value !== "string") return value;
  const number = Number.parseFloat(value);
  return Number.isNaN(number) ? null : number;
}

function endsOf(row: Row, value: number, error: IntervalsOf["error"]): [number, number] {
  if (Array.isArray(error)) return [cellOf(row, error[0]) ?? value, cellOf(row, error[1]) ?? value];
  const half = error === undefined ? 0 : (cellOf(row, error) ?? 0);
  return [value - half, value + half];
}

/** The number after the ± of a text. */
export const behindPlusMinus =
  (column: string) =>
  (row: Row): number | null => {
    const found = / ± ([\d.]+)$/.exec(String(row[column]));
    return found === null ? null : Number(found[1]);
  };
