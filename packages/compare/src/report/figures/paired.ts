import * as Plot from "@observablehq/plot";
import type { DatasetReport } from "../../results.ts";
import type { FigureOptions } from "./draw.ts";
import { differenceAxis, draw, nameAxis, namedRows, narrow, robustDomain } from "./draw.ts";
import { color } from "./palette.ts";
import { directions } from "./ranking.ts";
import { pairedEntries } from "./rows.ts";
import { decimals, metricName, partName, signed } from "./text.ts";
import { verdictStyles } from "./verdicts.ts";

/** Symbols of the seeds, repeated from the seventh on (the vertical place distinguishes them too). */
const seedSymbols = ["circle", "square2", "triangle", "diamond", "star", "plus"] as const;

interface Pair {
  id: string;
  value: number;
  tooltip: string;
  color: string;
}

/**
 * Draws a paired plot: for every candidate one symbol per fold (on a test file: per seed), the difference to the baseline on exactly that
 * fold and seed, and a bar at the mean. Each seed has a symbol and a line of its own, so that a result that depends on one seed is seen.
 * Values beyond the axis are on its edge.
 *
 * @param report one data set of `results.json`
 * @param document the page's document, or one of linkedom
 * @param options width
 * @returns an `svg` element that belongs to `document`
 * @example figure.append(pairedFigure(results.datasets[0], document));
 */
export function pairedFigure(
  report: DatasetReport,
  document: Document,
  options: FigureOptions = {},
): SVGSVGElement {
  const entries = pairedEntries(report);
  const { width, labels, marginLeft } = namedRows(entries, options);
  const { ranking } = report;
  const seeds = [...new Set(entries.flatMap(({ difference }) => difference.pairs.map(({ seed }) => seed)))];
  seeds.sort((a, b) => a - b);
  const [min, max] = robustDomain(
    entries.map(({ difference }) => [Math.min(...difference.values), Math.max(...difference.values)]),
    ranking.rope,
  );
  const cut = (value: number): number => Math.max(min, Math.min(max, value));
  const digits = decimals(ranking.rope);
  const step = Math.max(22, 5 * seeds.length + 12);
  const metric = metricName(ranking.metric);
  const shift = (index: number): number => (seeds.length < 2 ? 0 : (index - (seeds.length - 1) / 2) * 6);

  const part = partName(report);
  const pairs = (seed: number): Pair[] =>
    entries.flatMap(({ candidate, label, verdict, difference }) =>
      difference.pairs.flatMap((pair, i): Pair[] => {
        const value = difference.values[i]!;
        if (pair.seed !== seed) return [];
        const place = part === "seed" ? "" : `, fold ${pair.fold}`;
        const tooltip = `${label}, seed ${seed}${place}: ${signed(value, digits)}`;
        return [{ id: candidate, value: cut(value), tooltip, color: verdictStyles[verdict].color }];
      }),
    );

  return draw(
    document,
    `Differences on every ${part}, ${metric}`,
    `One symbol a ${part}: the candidate minus the baseline. ${entries
      .map(({ label, difference }) => {
        const better = difference.values.filter((v) => (ranking.higherIsBetter ? v > 0 : v < 0)).length;
        return `${label}: better on ${better} of ${difference.values.length} ${part}s`;
      })
      .join("; ")}.`,
    {
      width,
      height: step * entries.length + 78,
      marginLeft,
      marginRight: 20,
      marginTop: 32,
      marginBottom: 46,
      x: { domain: [min, max], label: null },
      y: { domain: entries.map(({ candidate }) => candidate), axis: null, padding: 0.2 },
      marks: [
        Plot.rect([ranking.rope], { x1: (r: number) => -r, x2: (r: number) => r, fill: color("band") }),
        Plot.ruleY(entries, { y: "candidate", stroke: color("line"), strokeOpacity: 0.6 }),
        differenceAxis([min, max], width - marginLeft - 20),
        Plot.text(
          [narrow(width) ? `difference in ${metric}` : `difference in ${metric} on the same ${part}`],
          {
            frameAnchor: "bottom",
            dy: 38,
            fill: color("muted"),
          },
        ),
        Plot.ruleX([0], { stroke: color("ink") }),
        ...directions(ranking.higherIsBetter),
        ...seeds.map((seed, index) =>
          Plot.dot(pairs(seed), {
            x: "value",
            y: "id",
            dy: shift(index),
            r: 3,
            symbol: seedSymbols[index % seedSymbols.length],
            stroke: "color",
            strokeWidth: 1.3,
            title: "tooltip",
            className: `mm-seed-${seed}`,
          }),
        ),
        Plot.tickX(entries, {
          x: ({ difference }) => cut(difference.mean),
          y: "candidate",
          stroke: color("ink"),
          strokeWidth: 2.5,
          className: "mm-mean",
        }),
        nameAxis([...labels.keys()], labels, marginLeft),
      ],
    },
  );
}

/** Returns which symbol stands for which seed, for a caption. */
export function seedLegend(report: DatasetReport): string {
  const glyphs = ["○", "□", "△", "◇", "☆", "+"];
  const seeds = [
    ...new Set(pairedEntries(report).flatMap(({ difference }) => difference.pairs.map((p) => p.seed))),
  ];
  return seeds
    .sort((a, b) => a - b)
    .map((seed, i) => `${glyphs[i % glyphs.length]} seed ${seed}`)
    .join(", ");
}
