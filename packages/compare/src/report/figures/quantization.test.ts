import { describe, expect, it } from "vitest";
import { datasetFixture, quantizationFixture } from "../../../../../test/results-fixture.ts";
import { all, emptyDocument, number } from "../../../../../test/svg.ts";
import { quantizationFigure } from "./quantization.ts";

const report = datasetFixture();
const drawn = (quantization = quantizationFixture(), width = 760): SVGSVGElement | null =>
  quantizationFigure({ ...report, quantization }, emptyDocument(), { width });

describe("quantizationFigure", () => {
  it.each([356, 760])("has a dot a width and for float, more bits farther right, at width %i", (width) => {
    const svg = drawn(quantizationFixture(), width)!;
    const dots = all(svg, "mm-width", "circle");
    expect(dots).toHaveLength(4);
    const [float, eight, four, two] = dots.map((dot) => number(dot, "cx"));
    expect(float).toBeGreaterThan(eight);
    expect(eight).toBeGreaterThan(four);
    expect(four).toBeGreaterThan(two);
    // A loss is below the dashed line.
    const heights = dots.map((dot) => number(dot, "cy"));
    expect(heights[3]).toBeGreaterThan(heights[2]);
    expect(all(svg, "mm-interval", "line")).toHaveLength(3);
    expect(all(svg, "mm-reference", "line")).toHaveLength(1);
    expect(svg.getAttribute("aria-description")).toContain(
      "2 bits: balanced accuracy 0.7200 [0.7100, 0.7300], 2.9 kB packed, file of 9.4 kB",
    );
  });

  it("has no bars where nothing was tested, and no rings where there are no files", () => {
    const rings = (svg: SVGSVGElement): number => all(svg, "mm-file", "circle").length;
    expect(rings(drawn()!)).toBe(4);
    const plain = drawn(quantizationFixture({ files: false, tested: false }))!;
    expect(rings(plain)).toBe(0);
    expect(all(plain, "mm-interval", "line")).toHaveLength(0);
    expect(plain.getAttribute("aria-description")).toContain(
      "4 bits: balanced accuracy 0.7300, 3.8 kB packed;",
    );
  });

  it("tells the bytes of a linear model on few columns, on its axis, too", () => {
    const { float, widths, ...rest } = quantizationFixture();
    const [eight] = widths;
    const small = {
      ...rest,
      float: { ...float, bytes: 24, fileBytes: 2800 },
      widths: [{ ...eight, bytes: 11, fileBytes: 3200 }],
    };
    const svg = drawn(small)!;
    expect(svg.getAttribute("aria-description")).toContain("0.011 kB packed, file of 3.2 kB");
    const ticks = [...svg.querySelectorAll("text")].map(({ textContent }) => textContent);
    expect(ticks).toContain("0.01");
    expect(ticks).not.toContain("0.0");
  });

  it("leaves out widths without a metric, and is null without anything to show", () => {
    const quantization = quantizationFixture();
    const [eight, ...others] = quantization.widths;
    const broken = { ...quantization, widths: [{ ...eight, mean: null, difference: null }, ...others] };
    expect(all(drawn(broken)!, "mm-width", "circle")).toHaveLength(3);
    expect(drawn({ ...quantization, float: { ...quantization.float, mean: null } })).toBeNull();
    expect(quantizationFigure(report, emptyDocument())).toBeNull();
  });
});
