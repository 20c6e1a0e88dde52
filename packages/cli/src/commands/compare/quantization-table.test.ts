import { stripVTControlCharacters } from "node:util";
import { describe, expect, it } from "vitest";
import { datasetFixture, quantizationFixture } from "../../../../../test/results-fixture.ts";
import { quantizationTable } from "./quantization-table.ts";

const report = datasetFixture();

describe("what fewer bits cost, on a terminal", () => {
  it("is left out where nothing was quantised", () => {
    expect(quantizationTable(report, 80)).toBeNull();
  });

  it.each([40, 80, 200])("fits into %i columns", (width) => {
    const own = { ...report, quantization: quantizationFixture() };
    const lines = stripVTControlCharacters(quantizationTable(own, width)!).split("\n");
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(width);
    expect(lines.join(" ")).toContain("2 bits");
    if (width === 200)
      expect(lines.at(-1)).toMatch(
        /^2 bits +2\.9 kB +9\.4 kB +0\.7200 +−0\.0200 \[−0\.0300, −0\.0100\] +6\.0 %$/,
      );
  });
});
