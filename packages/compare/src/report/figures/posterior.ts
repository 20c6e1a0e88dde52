import * as Plot from "@observablehq/plot";
import type { DatasetReport } from "../../results.ts";
import type { FigureOptions } from "./draw.ts";
import { draw, nameAxis, namedRows } from "./draw.ts";
import { color } from "./palette.ts";
import { testedEntries } from "./rows.ts";
import { metricName, percent } from "./text.ts";
import { verdictStyles } from "./verdicts.ts";

interface Part {
  id: string;
  start: number;
  end: number;
  shade: "better" | "same" | "worse";
  tooltip: string;
}

/** From left to right as differences are drawn: better is where the metric says so. */
export function outcomeOrder({
  higherIsBetter,
}: Pick<DatasetReport["ranking"], "higherIsBetter">): ("better" | "same" | "worse")[] {
  return higherIsBetter ? ["worse", "same", "better"] : ["better", "same", "worse"];
}

/**
 * Draws the probabilities that a candidate is practically better than the baseline, the same, or worse, as one bar of length 1 per
 * candidate. They come from mean and standard error of the difference, Student's t and a region of practical equivalence.
 *
 * @param report one data set of `results.json`
 * @param document the page's document, or one of linkedom
 * @param options width
 * @returns an `svg` element that belongs to `document`
 * @example figure.append(posteriorFigure(results.datasets[0], document));
 */
export function posteriorFigure(
  report: DatasetReport,
  document: Document,
  options: FigureOptions = {},
): SVGSVGElement {
  const order = outcomeOrder(report.ranking);
  const entries = testedEntries(report);
  const { width, labels, marginLeft } = namedRows(entries, options);
  const parts = entries.flatMap(({ candidate, label, difference }) => {
    const p = { better: difference.pBetter, same: difference.pSame, worse: difference.pWorse };
    let start = 0;
    return order.map((shade): Part => {
      const part = { id: candidate, start, end: start + p[shade], shade };
      start = part.end;
      return { ...part, tooltip: `${label}: P(${shade}) = ${percent(p[shade])}` };
    });
  });
  const room = (width - marginLeft - 20) * 0.9;

  return draw(
    document,
    "Probabilities of better, same and worse",
    `${entries
      .map(
        ({ label, difference: d }) =>
          `${label}: better ${percent(d.pBetter)}, same ${percent(d.pSame)}, worse ${percent(d.pWorse)}`,
      )
      .join("; ")} (${metricName(report.ranking.metric)}).`,
    {
      width,
      height: 24 * entries.length + 66,
      marginLeft,
      marginRight: 24,
      marginTop: 30,
      marginBottom: 36,
      x: { domain: [0, 1], label: null },
      y: { domain: [...labels.keys()], axis: null, padding: 0.22 },
      marks: [
        Plot.axisX({ ticks: 4, tickFormat: (x: number) => `${Math.round(100 * x)} %`, label: null }),
        ...order.map((shade, i) =>
          Plot.text([`${verdictStyles[shade].glyph} ${shade}`], {
            frameAnchor: (["top-left", "top", "top-right"] as const)[i],
            dy: -16,
            fill: color(shade),
            fontWeight: 600,
          }),
        ),
        Plot.barX(parts, {
          y: "id",
          x1: "start",
          x2: "end",
          fill: (part: Part) => color(part.shade),
          insetLeft: 0.5,
          insetRight: 0.5,
          title: "tooltip",
          className: "mm-probability",
        }),
        // A number only where its bar is wide enough to hold it.
        Plot.text(
          parts.filter(({ start, end }) => (end - start) * room > 34),
          {
            y: "id",
            x: (part: Part) => (part.start + part.end) / 2,
            text: (part: Part) => percent(part.end - part.start),
            fill: color("surface"),
            fontWeight: 600,
            fontSize: 11,
            className: "mm-value",
          },
        ),
        nameAxis([...labels.keys()], labels, marginLeft),
      ],
    },
  );
}
