import * as Plot from "@observablehq/plot";
import { textWidth } from "./draw.ts";
import { color, type Shade } from "./palette.ts";

/** Number of shades of each colour, and of the cells of a key. */
const steps = 16;

/** How values are shaded. */
export interface HeatScale {
  /** The values at the ends. */
  domain: [number, number];
  /** Colour and opacity in sixteenths, or null where there is no finite value. */
  shadeOf: (value: number | null | undefined) => { shade: Shade; sixteenths: number } | null;
}

/**
 * Returns the shades of a field: around 0 where values have both signs, from the smallest to the largest otherwise.
 *
 * @param values those that aren't finite don't count
 */
export function heatScale(values: readonly (number | null)[]): HeatScale {
  const finite = values.filter((v): v is number => v !== null && Number.isFinite(v));
  const low = finite.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const high = finite.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const signed = low < 0 && high > 0;
  const largest = Math.max(-low, high);
  const domain: [number, number] = finite.length === 0 ? [0, 1] : signed ? [-largest, largest] : [low, high];
  const span = domain[1] - domain[0] || 1;
  return {
    domain,
    shadeOf(value) {
      if (value === null || value === undefined || !Number.isFinite(value)) return null;
      const share = signed ? Math.abs(value) / largest : (value - domain[0]) / span;
      const shade: Shade = signed ? (value < 0 ? "worse" : "better") : "heat";
      return { shade, sixteenths: Math.round(steps * share) };
    },
  };
}

type Rows = readonly (readonly (number | null)[])[];

/** The cells with equal keys as one path each, in units of cells: runs of equal neighbours are one rectangle. */
function paths(values: Rows, keyOf: (value: number | null) => string | null): Map<string, string> {
  const drawn = new Map<string, string>();
  values.forEach((row, i) => {
    const keys = row.map(keyOf);
    for (let from = 0; from < keys.length; ) {
      const key = keys[from]!;
      let to = from + 1;
      while (to < keys.length && keys[to] === key) to++;
      if (key !== null) drawn.set(key, `${drawn.get(key) ?? ""}M${from} ${i}h${to - from}v1H${from}z`);
      from = to;
    }
  });
  return drawn;
}

function svg(
  document: Document,
  name: string,
  attributes: Record<string, string | number>,
  children: readonly (Element | string)[] = [],
): SVGElement {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name) as SVGElement;
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, `${value}`);
  element.append(...children);
  return element;
}

/** Renders a grid of values into the one rectangle of a mark of Plot. */
export function heatCells(values: Rows, { shadeOf }: HeatScale): Plot.RenderFunction {
  return ([i], _scales, channels, _dimensions, { document }) => {
    const end = (name: string): number => (channels[name] as ArrayLike<number>)[i!]!;
    const [x1, x2, y1, y2] = [end("x1"), end("x2"), end("y1"), end("y2")];
    const cellWidth = Math.abs(x2 - x1) / Math.max(1, values[0]?.length ?? 0);
    const cellHeight = Math.abs(y2 - y1) / Math.max(1, values.length);
    // What shades are laid over, so that the palest of them isn't an empty cell.
    const ground = paths(values, (value) => (shadeOf(value) === null ? null : ""));
    const shaded = paths(values, (value) => {
      const found = shadeOf(value);
      return found === null || found.sixteenths === 0 ? null : `${found.shade} ${found.sixteenths}`;
    });
    const cells = svg(
      document,
      "g",
      {
        class: "mm-field-cells",
        transform: `translate(${Math.min(x1, x2)},${Math.min(y1, y2)}) scale(${cellWidth},${cellHeight})`,
        "shape-rendering": "crispEdges",
      },
      [
        ...[...ground.values()].map((d) =>
          svg(document, "path", { d, fill: color("band"), class: "mm-field-ground" }),
        ),
        ...[...shaded].map(([key, d]) => {
          const [shade, sixteenths] = key.split(" ") as [Shade, string];
          const opacity = Number(sixteenths) / steps;
          return svg(document, "path", { d, fill: color(shade), "fill-opacity": opacity });
        }),
      ],
    );
    // Plot takes the attributes of what is rendered for the mark of all panels.
    return svg(document, "g", {}, [cells]);
  };
}

/**
 * Returns the key of the shades, at the left below everything: what is shaded, and below it the lowest value, the shades and the highest.
 */
export function heatKey({ domain, shadeOf }: HeatScale, label: string): Plot.Markish {
  const [low, high] = domain;
  const cell = 10;
  const cells = Array.from({ length: steps + 1 }, (_, i) => low + ((high - low) * i) / steps);
  const render: Plot.RenderFunction = (_index, _scales, _channels, dimensions, { document }) => {
    const y = dimensions.height - cell - 4;
    const text = (x: number, height: number, content: string): SVGElement =>
      svg(document, "text", { x, y: height, "text-anchor": "start", fill: color("muted") }, [content]);
    const [first, last] = domain.map(short) as [string, string];
    const left = dimensions.marginLeft;
    const from = left + textWidth(first) + 9;
    return svg(document, "g", { class: "mm-field-key" }, [
      text(left, y - 8, label),
      text(left, y + cell, first),
      ...cells.flatMap((value, i) => {
        const { shade, sixteenths } = shadeOf(value)!;
        const place = { x: from + i * cell, y, width: cell, height: cell };
        return [
          svg(document, "rect", { ...place, fill: color("band") }),
          svg(document, "rect", { ...place, fill: color(shade), "fill-opacity": sixteenths / steps }),
        ];
      }),
      text(from + cell * cells.length + 6, y + cell, last),
    ]);
  };
  return Plot.frame({ facet: "super", stroke: "none", render });
}

/** A number of three digits. */
const short = (value: number): string =>
  (value === 0 || (Math.abs(value) >= 1e-3 && Math.abs(value) < 1e5)
    ? `${Number(value.toPrecision(3))}`
    : value.toExponential(1)
  ).replaceAll("-", "−");
