import * as Plot from "@observablehq/plot";
import { readOptions } from "minimand/engine";
import { signed } from "./text.ts";

/** Options of every figure. */
export interface FigureOptions {
  /** Width in CSS pixels; below 480 the figures arrange themselves for a narrow column. */
  width?: number;
}

/** Returns the width asked for, or the figure's own. */
export function widthOf(options: FigureOptions, own = 760): number {
  readOptions("figure", options, { width: true });
  return options.width ?? own;
}

export const narrow = (width: number): boolean => width < 480;

const fontSize = 12;

/** Returns the width of the text in pixels, by eye: sans-serif digits and letters are about half an em wide. */
export const textWidth = (text: string): number => text.length * letterWidth;

const letterWidth = fontSize * 0.54;

/** As much of a text as there is room for, by the same measure, which Plot's own is not. */
function cutTo(text: string, room: number): string {
  const most = Math.floor(room / letterWidth);
  return text.length <= most ? text : `${text.slice(0, most - 1).trimEnd()}…`;
}

/**
 * Draws marks into an SVG that takes ink and font from the page around it. The description is what a screen reader
 * reads instead of the picture.
 */
export function draw(
  document: Document,
  name: string,
  description: string,
  options: Plot.PlotOptions,
): SVGSVGElement {
  const element = Plot.plot({
    ...options,
    ...(options.x && { x: withTicks(options.x) }),
    ...(options.y && { y: withTicks(options.y) }),
    document,
    className: "mm-figure",
    ariaLabel: name,
    ariaDescription: description,
    style: { fontSize: `${fontSize}px`, color: "currentColor", background: "none", overflow: "visible" },
  });
  element.setAttribute("role", "img");
  if (!isSvg(element))
    throw new TypeError(`figure ${name}: expected Plot to draw an svg, got ${element.localName}`);
  return element;
}

/** The shortest linear axis that has ticks: on a shorter one a tick and the next are the same number, and their list never ends. */
const shortest = 1e-300;

function withTicks(scale: Plot.ScaleOptions): Plot.ScaleOptions {
  const [low, high] = (scale.domain ?? []) as unknown[];
  if (typeof low !== "number" || typeof high !== "number" || Math.abs(high - low) >= shortest) return scale;
  return scale.type === "log" ? scale : { ...scale, domain: [low - 0.5, high + 0.5] };
}

function isSvg(element: Element): element is SVGSVGElement {
  return element.localName === "svg";
}

/** Left margin that shows the labels whole where there is room, and never takes more than 42 % of the width. */
export function labelMargin(labels: string[], width: number): number {
  const longest = Math.max(0, ...labels.map(textWidth));
  return Math.ceil(Math.min(longest + 18, width * 0.42));
}

/** Width, names and left margin of a figure with a row for each candidate. */
export function namedRows(
  entries: readonly { candidate: string; label: string }[],
  options: FigureOptions,
): { width: number; labels: Map<string, string>; marginLeft: number } {
  const width = widthOf(options);
  const labels = new Map(entries.map(({ candidate, label }) => [candidate, label]));
  return { width, labels, marginLeft: labelMargin([...labels.values()], width) };
}

/** Pixels between tick marks, enough for a signed number. */
export const tickSpacing = 82;

/** Returns an x axis of signed differences, with as many decimals as its steps need. */
export function differenceAxis([min, max]: [number, number], pixels: number): Plot.Markish {
  const step = (max - min) / Math.max(1, pixels / tickSpacing);
  const digits = Math.max(0, -Math.floor(Math.log10(step)));
  return Plot.axisX({ tickSpacing, tickFormat: (x: number) => signed(x, digits), label: null });
}

/** Pixels that a line of a name takes. */
export const lineHeight = fontSize + 1;

const nameRoom = (margin: number): number => margin - 12;

/** Returns a name on lines that a margin has room for, broken between its words. */
export function nameLines(name: string, margin: number): string[] {
  const lines: string[] = [];
  for (const word of name.split(" ")) {
    const longer = lines.length === 0 ? word : `${lines.at(-1)} ${word}`;
    if (lines.length > 0 && textWidth(longer) > nameRoom(margin)) lines.push(word);
    else lines.splice(-1, 1, longer);
  }
  return lines;
}

/** Returns a y axis of names: lines that are too long are cut with an ellipsis, the whole name is the tooltip. */
export function nameAxis(
  ids: string[],
  labels: Map<string, string>,
  margin: number,
  linesOf: (name: string, margin: number) => string[] = (name) => [name],
): Plot.Markish {
  const label = (id: string): string => labels.get(id) ?? id;
  return Plot.text(ids, {
    y: (id: string) => id,
    text: (id: string) =>
      linesOf(label(id), margin)
        .map((line) => cutTo(line, nameRoom(margin)))
        .join("\n"),
    lineHeight: lineHeight / fontSize,
    title: label,
    frameAnchor: "left",
    textAnchor: "end",
    dx: -10,
    fill: "currentColor",
  });
}

/**
 * Returns a domain for differences that one hopeless candidate does not flatten: spans that reach more than four times as far as the median
 * one are left outside (and drawn at the edge).
 *
 * @param spans lowest and highest value per row
 * @param inside half-width around 0 that is always shown
 */
export function robustDomain(spans: [low: number, high: number][], inside: number): [number, number] {
  const reach = spans.map(([low, high]) => Math.max(Math.abs(low), Math.abs(high))).sort((a, b) => a - b);
  const limit = Math.max(4 * (reach[Math.floor(reach.length / 2)] ?? 0), 3 * inside);
  const kept = spans.filter(([low, high]) => Math.max(-low, high) <= limit);
  const low = Math.min(-1.5 * inside, ...kept.map((span) => span[0]));
  const high = Math.max(1.5 * inside, ...kept.map((span) => span[1]));
  const pad = 0.03 * (high - low);
  return [low - pad, high + pad];
}
