import * as Plot from "@observablehq/plot";
import type { Behaviour, DatasetReport } from "../../results.ts";
import { draw, type FigureOptions, narrow, widthOf } from "./draw.ts";
import { color } from "./palette.ts";
import { type Placed, panelFrames, panelGrid, panelTitles } from "./panels.ts";
import { type Protagonist, portrayed } from "./rows.ts";
import { type VerdictStyle, verdictStyles } from "./verdicts.ts";

/** One candidate in a panel of its own. */
export interface Portrait extends Protagonist, Placed {
  behaviour: Behaviour;
  style: VerdictStyle;
}

interface Axis {
  domain: readonly [number, number];
  /** What it is, with its unit. */
  label: string;
  format?: string | ((value: number) => string);
}

/** What figures of one square panel per candidate share. */
export interface Portraits {
  name: string;
  /** For people who don't see it, a clause per candidate. */
  describe: (portrait: Portrait) => string;
  x: Axis;
  y: Axis;
  /** A number next to the roles. */
  number: (portrait: Portrait) => string;
  marks: (portrait: Portrait, side: number) => Plot.Markish[];
}

/** Returns the candidates that are shown by themselves and have something of a kind to show. */
export function portraitsOf(report: DatasetReport, has: (behaviour: Behaviour) => boolean) {
  const byCandidate = new Map(report.behaviours.map((one) => [one.candidate, one]));
  return portrayed(report).flatMap((one) => {
    const behaviour = byCandidate.get(one.candidate);
    const entry = report.ranking.entries.find(({ candidate }) => candidate === one.candidate);
    if (behaviour === undefined || entry === undefined || !has(behaviour)) return [];
    return [{ ...one, behaviour, style: verdictStyles[entry.verdict] }];
  });
}

const gap = 0.16;
const marginLeft = 52;
const marginRight = 10;

/**
 * Draws square panels on the same axes, one for the baseline and each candidate that is shown by itself, with name, roles and a number
 * above each.
 *
 * @returns null where there is no candidate to show
 */
export function drawPortraits(
  shown: readonly Omit<Portrait, keyof Placed>[],
  document: Document,
  options: FigureOptions,
  { name, describe, x, y, number, marks }: Portraits,
): SVGSVGElement | null {
  if (shown.length === 0) return null;
  const width = widthOf(options);
  const columns = narrow(width) ? 2 : 3;
  const { rows, place } = panelGrid(shown.length, columns);
  const panels = shown.map((one, i): Portrait => ({ ...one, ...place(i) }));
  // As band scales divide a range: by so many bands with their gaps, and a gap at either end.
  const side = ((width - marginLeft - marginRight) * (1 - gap)) / (columns + gap);
  // In a narrow panel the roles have a line of their own.
  const small = side < 180;
  const room = small ? 58 : 44;
  const below = room / (side + room);
  const marginTop = small ? 58 : 46;
  const marginBottom = 50;
  const ticks = small ? 2 : 5;
  const line = (text: (one: Portrait) => string, dy: number): Plot.Markish =>
    Plot.text(panels, {
      fx: "fx",
      fy: "fy",
      frameAnchor: "top-left",
      dy,
      lineWidth: side / 11,
      textOverflow: "ellipsis",
      text,
      fontSize: 11,
      fill: color("muted"),
      className: "mm-panel-number",
    });
  // A column may have a long name.
  // At a panel: in a place without one it would bring axes there.
  const last = panels[panels.length - 1];
  const axisName = { fill: color("muted"), lineWidth: (width - 20) / 12, textOverflow: "ellipsis" } as const;
  return draw(document, name, `${panels.map((one) => `${one.label}: ${describe(one)}`).join("; ")}.`, {
    width,
    height: marginTop + marginBottom + (side / (1 - below)) * (rows + below),
    marginLeft,
    marginRight,
    marginTop,
    marginBottom,
    x: { domain: [...x.domain], label: null },
    y: { domain: [...y.domain], label: null },
    fx: { axis: null, padding: gap, domain: Array.from({ length: columns }, (_, i) => i) },
    fy: { axis: null, padding: below },
    marks: [
      panelFrames(panels, x.domain, y.domain),
      Plot.axisX({ ticks, label: null, tickFormat: x.format }),
      Plot.axisY({ ticks, label: null, tickFormat: y.format }),
      panelTitles(panels, side / 12.5, {
        text: ({ label, style }) => `${style.glyph} ${label}`,
        title: ({ label }) => label,
        fill: ({ style }) => style.color,
        dy: small ? -41 : -28,
      }),
      ...(small
        ? [line(number, -26), line(({ roles }) => roles.join(", "), -13)]
        : [line((one) => [number(one), ...one.roles].join(", "), -13)]),
      ...panels.flatMap((panel) => marks(panel, side)),
      Plot.text([`${x.label} →`], {
        ...inside(last),
        frameAnchor: last.fx === 0 ? "bottom-left" : "bottom-right",
        dy: 36,
        ...axisName,
      }),
      Plot.text([`↑ ${y.label}`], {
        fx: () => 0,
        fy: () => 0,
        frameAnchor: "top-left",
        dx: -marginLeft,
        dy: small ? -60 : -48,
        ...axisName,
      }),
    ],
  });
}

/** Returns the facet of a panel. */
export const inside = ({ fx, fy }: Placed) => ({ fx: () => fx, fy: () => fy }) as const;
