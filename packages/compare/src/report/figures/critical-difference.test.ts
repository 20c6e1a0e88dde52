import { describe, expect, it } from "vitest";
import { acrossFixture, candidatesFixture } from "../../../../../test/results-fixture.ts";
import { all, axisX, emptyDocument, number } from "../../../../../test/svg.ts";
import { criticalDifferenceFigure } from "./critical-difference.ts";

const across = acrossFixture();
const labels = new Map(candidatesFixture().map(({ id, label }) => [id, label]));
const sorted = across.averageRanks
  .map((rank, i) => ({ rank, id: across.candidates[i]! }))
  .sort((a, b) => a.rank - b.rank);

/** The coordinates of a path of straight lines. */
const points = (path: Element): number[] => (path.getAttribute("d")?.match(/-?[\d.]+/g) ?? []).map(Number);

describe.each([832, 356])("criticalDifferenceFigure at %i pixels", (width) => {
  const svg = criticalDifferenceFigure(across, labels, emptyDocument(), { width });
  const toRank = axisX(svg);

  it("drops a stem for every candidate from its average rank", () => {
    const stems = all(svg, "mm-stem", "path").map((stem) => toRank(points(stem)[0]!));
    expect(stems.sort((a, b) => a - b)).toEqual(sorted.map(({ rank }) => expect.closeTo(rank, 2)));
  });

  it("has a bar as long as the critical difference, and a bar from end to end of every clique", () => {
    const [x0, , x1] = points(all(svg, "mm-critical-difference", "path[marker-start]")[0]!);
    expect(toRank(x1!) - toRank(x0!)).toBeCloseTo(across.criticalDifference, 2);
    const bars = all(svg, "mm-clique", "path").map((bar) => [
      toRank(points(bar)[0]!),
      toRank(points(bar)[2]!),
    ]);
    const spans = across.cliques.map((clique) => {
      const ranks = clique.map((i) => across.averageRanks[i]!);
      return [Math.min(...ranks), Math.max(...ranks)];
    });
    expect(bars).toHaveLength(spans.length);
    spans
      .sort((a, b) => a[0]! - b[0]!)
      .forEach(([low, high], i) => {
        expect(bars[i]![0]).toBeCloseTo(low!, 2);
        expect(bars[i]![1]).toBeCloseTo(high!, 2);
      });
  });

  it("crosses no branch with a stem", () => {
    const stems = all(svg, "mm-stem", "path").map(points);
    const branches = all(svg, "mm-branch", "path").map(points);
    for (const [bx0, by, bx1] of branches) {
      const [left, right] = [Math.min(bx0!, bx1!), Math.max(bx0!, bx1!)];
      for (const [sx, , , bottom] of stems) {
        if (sx! > left + 0.01 && sx! < right - 0.01) expect(bottom).toBeLessThanOrEqual(by!);
      }
    }
  });

  it("writes no name beyond the picture", () => {
    const names = all(svg, "mm-name", "text");
    expect(names).toHaveLength(across.candidates.length);
    expect(number(svg, "width")).toBe(width);
  });
});

describe("criticalDifferenceFigure", () => {
  it("cuts a critical difference that is longer than the axis, and still prints it", () => {
    const svg = criticalDifferenceFigure({ ...across, criticalDifference: 40 }, labels, emptyDocument());
    const toRank = axisX(svg);
    const [, , x1] = points(all(svg, "mm-critical-difference", "path[marker-start]")[0]!);
    expect(toRank(x1!)).toBeCloseTo(across.candidates.length, 2);
    expect(svg.textContent).toContain("critical difference 40.00");
  });
});
