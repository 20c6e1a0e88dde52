import * as Plot from "@observablehq/plot";
import { color } from "./palette.ts";

/** The place of a panel in a grid of them. */
export interface Placed {
  fx: number;
  fy: number;
}

/** Returns the places of a number of panels, row by row. */
export function panelGrid(panels: number, columns: number): { rows: number; place: (i: number) => Placed } {
  return {
    rows: Math.ceil(panels / columns),
    place: (i) => ({ fx: i % columns, fy: Math.floor(i / columns) }),
  };
}

/** Returns the frames of panels with the same axes. */
export function panelFrames(
  panels: readonly Placed[],
  [left, right]: readonly [number, number],
  [bottom, top]: readonly [number, number],
): Plot.Markish {
  return Plot.rect(panels, {
    fx: "fx",
    fy: "fy",
    x1: () => left,
    x2: () => right,
    y1: () => bottom,
    y2: () => top,
    fill: "none",
    stroke: color("line"),
    className: "mm-panel",
  });
}

/** Titles above panels, cut where they are longer than `lineWidth` ems. */
export function panelTitles<Panel extends Placed>(
  panels: readonly Panel[],
  lineWidth: number,
  of: {
    text: (panel: Panel) => string;
    title: (panel: Panel) => string;
    fill: string | ((panel: Panel) => string);
    dy?: number;
  },
): Plot.Markish {
  return Plot.text(panels, {
    fx: "fx",
    fy: "fy",
    frameAnchor: "top-left",
    dy: -14,
    lineWidth,
    textOverflow: "ellipsis",
    ...of,
    fontWeight: 600,
    className: "mm-panel-title",
  });
}

/** Returns what the x axis means, below the last panel. */
export function panelAxisName(name: string, last: Placed): Plot.Markish {
  return Plot.text([name], {
    fx: () => last.fx,
    fy: () => last.fy,
    frameAnchor: "bottom-right",
    dy: 34,
    fill: color("muted"),
  });
}

/** Returns what the y axis means, above the first panel and its title. */
export function panelValueName(name: string, { fx, fy }: Placed, marginLeft: number): Plot.Markish {
  return Plot.text([name], {
    fx: () => fx,
    fy: () => fy,
    frameAnchor: "top-left",
    dx: 6 - marginLeft,
    dy: -32,
    fill: color("muted"),
  });
}
