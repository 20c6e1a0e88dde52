import * as Plot from "@observablehq/plot";
import { verdictWord } from "../../judge/ranking/verdict-words.ts";
import type { DatasetReport, Difference, RankingEntry } from "../../results.ts";
import type { FigureOptions } from "./draw.ts";
import { differenceAxis, draw, nameAxis, namedRows, narrow, robustDomain, tickSpacing } from "./draw.ts";
import { color } from "./palette.ts";
import { isTested, pairedEntries } from "./rows.ts";
import { decimals, metricName, pValue, signed } from "./text.ts";
import type { VerdictStyle } from "./verdicts.ts";
import { verdictStyles } from "./verdicts.ts";

/** One row of the figure, cut to the axis. */
interface Row {
  id: string;
  style: VerdictStyle;
  tooltip: string;
  note: string;
  mean: number | null;
  low: number;
  high: number;
  /** Where the mean is beyond the axis: -1 on the left, 1 on the right. */
  beyond: -1 | 0 | 1;
}

function rowOf(
  entry: RankingEntry,
  entries: readonly RankingEntry[],
  digits: number,
  [min, max]: [number, number],
): Row {
  const style = verdictStyles[entry.verdict];
  const word = verdictWord(entry, entries);
  const row = { id: entry.candidate, style, beyond: 0 as const, low: 0, high: 0 };
  const d = entry.difference;
  if (entry.verdict === "baseline") {
    return { ...row, mean: 0, tooltip: `${entry.label}: the baseline`, note: word };
  }
  if (d === null) {
    const note =
      entry.diverged > 0 ? `${word} ${entry.diverged} of ${entry.n + entry.diverged}` : "not tested";
    return { ...row, mean: null, tooltip: `${entry.label}: ${note}`, note };
  }
  const cut = (value: number): number => Math.max(min, Math.min(max, value));
  const [low, high] = spanOf(d);
  const difference = signed(d.mean, digits);
  const tested =
    d.p === null
      ? difference
      : `${difference} [${signed(d.low, digits)}, ${signed(d.high, digits)}], p (adjusted) ${pValue(d.pAdjusted)}`;
  return {
    ...row,
    mean: cut(d.mean),
    low: cut(low),
    high: cut(high),
    beyond: d.mean < min ? -1 : d.mean > max ? 1 : 0,
    tooltip: `${entry.label}: ${tested}, ${word}`,
    note: word,
  };
}

/** The interval; without one the point. */
const spanOf = (d: Difference): [number, number] => (d.p === null ? [d.mean, d.mean] : [d.low, d.high]);

/** Draws words above the frame that say which direction is better, in the colours of the verdicts. */
export function directions(higherIsBetter: boolean): Plot.Markish[] {
  const [left, right] = higherIsBetter ? (["worse", "better"] as const) : (["better", "worse"] as const);
  return [
    Plot.text([`← ${left}`], { frameAnchor: "top-left", dy: -18, fill: color(left), fontWeight: 600 }),
    Plot.text([`${right} →`], { frameAnchor: "top-right", dy: -18, fill: color(right), fontWeight: 600 }),
  ];
}

/**
 * Draws the ranking: the mean paired difference of every candidate to the baseline with its 95 % interval (none where nothing is tested).
 * Candidates go from best to worst, over the region of practical equivalence. Colour, symbol and word say the verdict; a candidate that
 * diverged has no interval and says so; one that is beyond the axis is drawn at its edge with its value.
 *
 * @param report one data set of `results.json`
 * @param document the page's document, or one of linkedom
 * @param options width
 * @returns an `svg` element that belongs to `document`
 * @example figure.append(rankingFigure(results.datasets[0], document));
 */
export function rankingFigure(
  report: DatasetReport,
  document: Document,
  options: FigureOptions = {},
): SVGSVGElement {
  const entries = report.ranking.entries.filter(({ verdict }) => verdict !== "reference");
  const { width, labels, marginLeft } = namedRows(entries, options);
  const { ranking } = report;
  const paired = pairedEntries(report);
  const domain = robustDomain(
    paired.map(({ difference }) => spanOf(difference)),
    ranking.rope,
  );
  const digits = decimals(ranking.rope);
  const rows = entries.map((entry) => rowOf(entry, ranking.entries, digits, domain));
  const small = narrow(width);
  const words = entries.some(({ unavailable }) => unavailable !== undefined) ? 160 : 118;
  const marginRight = small ? 26 : words;
  const metric = metricName(ranking.metric);
  const baseline = labels.get(ranking.baseline) ?? ranking.baseline;
  const inside = rows.filter(({ beyond, mean }) => beyond === 0 && mean !== null);
  const outside = rows.filter(({ beyond }) => beyond !== 0);
  const values = new Map(
    paired.map(({ candidate, difference }) => [candidate, signed(difference.mean, digits)]),
  );

  return draw(
    document,
    `Ranking by ${metric}`,
    `Difference to ${baseline}${isTested(report) ? " with 95 % intervals" : ""}. ${rows.map(({ tooltip }) => tooltip).join("; ")}.`,
    {
      width,
      height: 24 * rows.length + 78,
      marginLeft,
      marginRight,
      marginTop: 32,
      marginBottom: 46,
      x: { domain, label: null },
      y: { domain: rows.map(({ id }) => id), axis: null, padding: 0.3 },
      marks: [
        Plot.rect([ranking.rope], {
          x1: (r: number) => -r,
          x2: (r: number) => r,
          fill: color("band"),
          className: "mm-region-of-practical-equivalence",
        }),
        Plot.gridX({ stroke: color("line"), strokeOpacity: 0.6, tickSpacing }),
        differenceAxis(domain, width - marginLeft - marginRight),
        Plot.text([`difference in ${metric}${small ? "" : ` from ${baseline}`}`], {
          frameAnchor: "bottom",
          dy: 38,
          fill: color("muted"),
        }),
        Plot.ruleX([0], { stroke: color("ink") }),
        small
          ? null
          : Plot.text([0], {
              x: 0,
              frameAnchor: "top",
              dy: -18,
              text: () => "practically equal",
              fill: color("muted"),
            }),
        ...directions(ranking.higherIsBetter),
        Plot.ruleY(
          rows.filter(({ low, high }) => high > low),
          {
            y: "id",
            x1: "low",
            x2: "high",
            stroke: (row: Row) => row.style.color,
            strokeWidth: 2,
            className: "mm-interval",
          },
        ),
        ...inside.map((row) =>
          Plot.dot([row], {
            x: "mean",
            y: "id",
            r: 4.5,
            symbol: row.style.symbol,
            fill: row.style.filled ? row.style.color : color("surface"),
            stroke: row.style.color,
            strokeWidth: 1.5,
            title: "tooltip",
            className: "mm-mean-difference",
          }),
        ),
        ...outside.map((row) =>
          Plot.text([row], {
            x: "mean",
            y: "id",
            text: row.beyond < 0 ? [`◂ ${values.get(row.id)}`] : [`${values.get(row.id)} ▸`],
            textAnchor: row.beyond < 0 ? "start" : "end",
            fill: row.style.color,
            title: "tooltip",
            className: "mm-beyond",
          }),
        ),
        nameAxis([...labels.keys()], labels, marginLeft),
        Plot.text(rows, {
          y: "id",
          frameAnchor: "right",
          textAnchor: "start",
          dx: 8,
          text: (row: Row) => (small ? row.style.glyph : `${row.style.glyph} ${row.note}`),
          fill: (row: Row) => row.style.color,
          title: "tooltip",
          className: "mm-verdict",
        }),
      ],
    },
  );
}
