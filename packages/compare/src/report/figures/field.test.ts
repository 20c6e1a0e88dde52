import { describe, expect, it } from "vitest";
import { all, emptyDocument, number } from "../../../../../test/svg.ts";
import { type Field, fieldFigure } from "./field.ts";
import { color } from "./palette.ts";

const field = (name: string, values: (number | null)[][]): Field => ({
  name,
  values,
  valueLabel: "temperature in K",
  xLabel: "x in m",
  yLabel: "y in m",
  x: [0, 2],
  y: [1, 0],
});

/** Cells that are covered by a colour, by opacity: `[row, column]`, read from the paths. */
function cells(svg: Element, shade: Parameters<typeof color>[0]): Map<number, string[]> {
  const found = new Map<number, string[]>();
  for (const path of all(svg, "mm-field-cells", "path")) {
    if (path.getAttribute("fill") !== color(shade)) continue;
    const at = [...(path.getAttribute("d") ?? "").matchAll(/M(\d+) (\d+)h(\d+)/g)].flatMap(([, x, y, run]) =>
      Array.from({ length: Number(run) }, (_, i) => `${y},${Number(x) + i}`),
    );
    found.set(number(path, "fill-opacity"), at);
  }
  return found;
}

describe("fieldFigure", () => {
  it("has a titled panel a field, and says what is shown", () => {
    const svg = fieldFigure([field("a", [[1, 2]]), field("b", [[3, 4]])], emptyDocument());
    const titles = all(svg, "mm-panel-title", "text").map((text) => text.firstChild?.textContent);
    expect(titles.toSorted()).toEqual(["a", "b"]);
    expect(all(svg, "mm-panel", "rect")).toHaveLength(2);
    expect(svg.getAttribute("aria-description")).toBe(
      "temperature in K by x in m and y in m, a heat map each: a; b.",
    );
    expect(svg.outerHTML).not.toMatch(/NaN|undefined/);
  });

  it("shades from the smallest to the largest value of all panels, and prints both at the key", () => {
    const svg = fieldFigure([field("a", [[2, 4]]), field("b", [[6, 10]])], emptyDocument());
    expect(cells(svg, "heat")).toEqual(
      new Map([
        [0.25, ["0,1"]],
        [0.5, ["0,0"]],
        [1, ["0,1"]],
      ]),
    );
    const key = all(svg, "mm-field-key", "text").map((text) => text.textContent);
    expect(key).toEqual(["temperature in K", "2", "10"]);
  });

  it("has a colour a sign, evenly around 0", () => {
    const svg = fieldFigure(
      [
        field("a", [
          [-2, 0],
          [8, 8],
        ]),
      ],
      emptyDocument(),
    );
    expect(cells(svg, "worse")).toEqual(new Map([[0.25, ["0,0"]]]));
    expect(cells(svg, "better")).toEqual(new Map([[1, ["1,0", "1,1"]]]));
    expect(all(svg, "mm-field-key", "text")[1]?.textContent).toBe("−8");
  });

  it("leaves cells without a value empty", () => {
    const svg = fieldFigure(
      [
        field("a", [
          [1, null],
          [Number.NaN, 1],
        ]),
      ],
      emptyDocument(),
    );
    expect(cells(svg, "band")).toEqual(new Map([[0, ["0,0", "1,1"]]]));
  });

  it("draws the first row at the top, and squares", () => {
    const svg = fieldFigure(
      [
        field("a", [
          [1, 2],
          [3, 4],
        ]),
      ],
      emptyDocument(),
    );
    const [group] = svg.querySelectorAll("g.mm-field-cells");
    const [, , , width, height] = /translate\(([\d.]+),([\d.]+)\) scale\(([\d.]+),([\d.]+)\)/
      .exec(group?.getAttribute("transform") ?? "")!
      .map(Number);
    expect(width).toBeCloseTo(height!, 0);
    const ticks = [...svg.querySelectorAll('[aria-label="y-axis tick label"] text')];
    const heights = ticks.map((tick) =>
      Number(/translate\([\d.]+,([\d.]+)/.exec(tick.getAttribute("transform") ?? "")?.[1]),
    );
    const top = ticks[heights.indexOf(Math.min(...heights))];
    expect(Number(top?.textContent)).toBe(1);
  });

  it("draws an empty panel where there is nothing", () => {
    for (const fields of [[], [field("a", [])], [field("a", [[null]])]])
      expect(fieldFigure(fields, emptyDocument()).outerHTML).not.toMatch(/NaN|Infinity|undefined/);
  });
});
