import { describe, expect, it } from "vitest";
import { all, axisX, emptyDocument, middleX } from "../../../../../test/svg.ts";
import { type Curve, seriesFigure } from "./series.ts";

const curve = (name: string, y: number[]): Curve => ({
  name,
  xLabel: "tau",
  yLabel: "accuracy",
  x: y.map((_, i) => i / 2),
  y,
});

describe("seriesFigure", () => {
  const curves = ["a", "b", "c", "d"].map((name, i) => curve(name, [0.5, 0.6 + i / 10, 0.7]));

  it("has a titled panel a curve, with its own curve over those of the others", () => {
    const svg = seriesFigure(curves, emptyDocument());
    const titles = all(svg, "mm-panel-title", "text").map((text) => text.firstChild?.textContent);
    expect(titles.toSorted()).toEqual(["a", "b", "c", "d"]);
    expect(Array.from(svg.querySelectorAll("text"), (text) => text.textContent)).toEqual(
      expect.arrayContaining(["tau", "accuracy"]),
    );
    expect(all(svg, "mm-panel", "rect")).toHaveLength(4);
    expect(all(svg, "mm-curve", "path")).toHaveLength(4);
    expect(all(svg, "mm-other-curve", "path")).toHaveLength(12);
    expect(svg.getAttribute("aria-description")).toBe("accuracy by tau, a panel a curve: a; b; c; d.");
  });

  it("draws numbers between which no tick is a float, on either kind of axis", () => {
    const tiny = { ...curve("a", [1e-320, 3e-320]), x: [1e-320, 2e-320] };
    for (const scale of ["linear", "log"] as const) {
      const svg = seriesFigure([{ ...tiny, xScale: scale, yScale: scale }], emptyDocument());
      expect(all(svg, "mm-panel", "rect")).toHaveLength(1);
    }
  });

  it("draws the band of a curve that has one, and makes room for it", () => {
    const banded = { ...curve("a", [1, 2]), low: [0, 1], high: [5, 9] };
    const svg = seriesFigure([banded, curve("b", [1, 2])], emptyDocument());
    expect(all(svg, "mm-curve-band", "path")).toHaveLength(1);
    const plain = seriesFigure([curve("b", [1, 2])], emptyDocument());
    expect(all(plain, "mm-curve-band", "path")).toHaveLength(0);
    const ticks = (of: SVGSVGElement) => Array.from(of.querySelectorAll("text"), (text) => text.textContent);
    expect(ticks(svg)).toContain("8");
    expect(ticks(plain)).not.toContain("8");
  });

  it("leaves the others out where they would be a tangle", () => {
    const many = Array.from({ length: 13 }, (_, i) => curve(`${i}`, [i, i + 1]));
    const svg = seriesFigure(many, emptyDocument());
    expect(all(svg, "mm-curve", "path")).toHaveLength(13);
    expect(all(svg, "mm-other-curve", "path")).toHaveLength(0);
  });

  it("puts points where the axis says", () => {
    const svg = seriesFigure([curve("a", [1, 2, 3, 4, 5])], emptyDocument());
    const valueAt = axisX(svg);
    const points = all(svg, "mm-curve-point", "circle").map((point) => valueAt(middleX(point)));
    expect(points).toHaveLength(5);
    points.forEach((x, i) => {
      expect(x).toBeCloseTo(i / 2, 2);
    });
  });

  it("draws what there is of curves with gaps, a single point, or nothing", () => {
    const gap = seriesFigure([curve("a", [1, Number.NaN, 3])], emptyDocument());
    expect(all(gap, "mm-curve-point", "circle")).toHaveLength(2);
    const single = seriesFigure([curve("a", [7])], emptyDocument());
    expect(all(single, "mm-curve-point", "circle")).toHaveLength(1);
    const none = seriesFigure([curve("a", [])], emptyDocument());
    for (const svg of [gap, single, none]) {
      expect(all(svg, "mm-panel", "rect")).toHaveLength(1);
      expect(svg.outerHTML).not.toContain("NaN");
    }
  });

  it("has a logarithmic axis where that is asked for, with gaps at what isn't positive", () => {
    const falling = curve("a", [100, 1, 0.01, 1e-4, 1e-6, 0]);
    const svg = seriesFigure([{ ...falling, yScale: "log" }], emptyDocument());
    const heights = all(svg, "mm-curve-point", "circle").map((point) => Number(point.getAttribute("cy")));
    expect(heights).toHaveLength(5);
    const steps = heights.slice(1).map((y, i) => y - heights[i]!);
    for (const step of steps) expect(step).toBeCloseTo(steps[0]!, 5);
    const ticks = Array.from(svg.querySelectorAll("text"), (text) => text.textContent);
    expect(ticks).toEqual(expect.arrayContaining(["10⁻⁶", "0.001", "1"]));
  });

  it("has readable ticks on a logarithmic axis within a decade", () => {
    const svg = seriesFigure([{ ...curve("a", [2, 30]), yScale: "log" }], emptyDocument());
    const ticks = Array.from(svg.querySelectorAll("text"), (text) => text.textContent);
    expect(ticks).toEqual(expect.arrayContaining(["2", "5", "10", "20"]));
  });
});
