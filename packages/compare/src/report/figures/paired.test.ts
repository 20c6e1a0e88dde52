import { describe, expect, it } from "vitest";
import { datasetFixture } from "../../../../../test/results-fixture.ts";
import { all, axisX, emptyDocument, middleX, number } from "../../../../../test/svg.ts";
import { pairedFigure, seedLegend } from "./paired.ts";

const report = datasetFixture();
const tested = report.ranking.entries.filter(({ difference }) => difference !== null);

describe("pairedFigure", () => {
  it("draws a symbol for every fold of every tested candidate, one group a seed", () => {
    const svg = pairedFigure(report, emptyDocument());
    for (const seed of [0, 1]) expect(all(svg, `mm-seed-${seed}`, "title")).toHaveLength(5 * tested.length);
    expect(all(svg, "mm-mean", "line")).toHaveLength(tested.length);
  });

  it("puts symbol and mean where the axis says", () => {
    const svg = pairedFigure(report, emptyDocument());
    const toValue = axisX(svg);
    const best = tested[0]!;
    const symbols = all(svg, "mm-seed-0", "title")
      .filter((title) => title.textContent?.startsWith(`${best.label},`))
      .map((title) => toValue(middleX(title.parentElement!)));
    const expected = best.difference!.values.filter((_, i) => best.difference!.pairs[i]!.seed === 0);
    expect(symbols).toHaveLength(5);
    symbols.forEach((value, i) => {
      expect(value).toBeCloseTo(expected[i]!, 3);
    });
    expect(toValue(number(all(svg, "mm-mean", "line")[0]!, "x1"))).toBeCloseTo(best.difference!.mean, 3);
  });

  it("tells seeds apart by shape and by height, also many", () => {
    const seeds = [0, 1, 2, 3, 4];
    const many = datasetFixture({ seeds: { planned: seeds, complete: seeds }, diverging: null });
    const svg = pairedFigure(many, emptyDocument());
    const heights = seeds.map((seed) => svg.querySelector(`.mm-seed-${seed}`)?.getAttribute("transform"));
    expect(new Set(heights).size).toBe(5);
    const shapes = seeds.map((seed) => all(svg, `mm-seed-${seed}`, "path, circle")[0]?.getAttribute("d"));
    expect(new Set(shapes).size).toBe(5);
    expect(seedLegend(many)).toBe("○ seed 0, □ seed 1, △ seed 2, ◇ seed 3, ☆ seed 4");
  });
});
