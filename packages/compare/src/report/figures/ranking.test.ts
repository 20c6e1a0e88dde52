import { describe, expect, it } from "vitest";
import { datasetFixture } from "../../../../../test/results-fixture.ts";
import { all, axisX, emptyDocument, middleX, number, textOf } from "../../../../../test/svg.ts";
import type { RankingEntry } from "../../results.ts";
import { rankingFigure } from "./ranking.ts";
import { testedEntries } from "./rows.ts";

const report = datasetFixture();
const svg = rankingFigure(report, emptyDocument());
const toValue = axisX(svg);
const tested = testedEntries(report);
const inside = (entry: RankingEntry): boolean =>
  !svg.querySelector(".mm-beyond")?.textContent?.includes(entry.label);

describe("rankingFigure", () => {
  it("draws one interval a tested candidate with its ends where the axis says", () => {
    const lines = all(svg, "mm-interval", "line");
    const within = tested.filter((e) => inside(e));
    expect(lines).toHaveLength(within.length);
    within.forEach(({ difference }, i) => {
      expect(toValue(number(lines[i]!, "x1"))).toBeCloseTo(difference.low, 3);
      expect(toValue(number(lines[i]!, "x2"))).toBeCloseTo(difference.high, 3);
    });
  });

  it("puts the mean on the interval, and the baseline at zero", () => {
    const dots = all(svg, "mm-mean-difference", "path, circle");
    const zero = dots.filter((dot) => dot.textContent?.includes("the baseline"));
    expect(zero).toHaveLength(1);
    const x = middleX(zero[0]!);
    expect(toValue(x)).toBeCloseTo(0, 3);
  });

  it("shades the region of practical equivalence from minus to plus its half-width", () => {
    const [rect] = all(svg, "mm-region-of-practical-equivalence", "rect");
    const left = number(rect!, "x");
    expect(toValue(left)).toBeCloseTo(-report.ranking.rope, 3);
    expect(toValue(left + number(rect!, "width"))).toBeCloseTo(report.ranking.rope, 3);
  });

  it("says every verdict in a symbol and a word, in the order of the ranking, references left out", () => {
    const words = all(svg, "mm-verdict", "text").map(textOf);
    const glyphs = {
      better: "▲",
      same: "■",
      worse: "▼",
      undecided: "○",
      "not pursued": "–",
      baseline: "◆",
      diverged: "✕",
      reference: "·",
    };
    const expected = report.ranking.entries
      .filter(({ verdict }) => verdict !== "reference")
      .map(({ verdict, diverged }) =>
        verdict === "diverged" ? `✕ diverged ${diverged} of 10` : `${glyphs[verdict]} ${verdict}`,
      );
    expect(words).toEqual(expected);
  });

  it("keeps a hopeless candidate from flattening the others: it stands at the edge with its value", () => {
    const beyond = all(svg, "mm-beyond", "text").map(textOf);
    const mae = tested.find(({ candidate }) => candidate === "mae")!;
    expect(beyond).toEqual([`◂ −${Math.abs(mae.difference.mean).toFixed(3)}`]);
  });

  it("says where better is, on the left for a metric whose lower value is better", () => {
    const words = (higherIsBetter: boolean): (string | null)[] =>
      [
        ...rankingFigure(
          datasetFixture({ task: "regression", metric: "rmse", higherIsBetter }),
          emptyDocument(),
        ).querySelectorAll("text"),
      ].map((text) => text.textContent);
    expect(words(false)).toEqual(expect.arrayContaining(["← better", "worse →"]));
    expect(words(true)).toEqual(expect.arrayContaining(["← worse", "better →"]));
  });

  it("tells a screen reader the numbers", () => {
    expect(svg.getAttribute("role")).toBe("img");
    expect(svg.getAttribute("aria-label")).toBe("Ranking by balanced accuracy");
    const first = tested[0]!;
    expect(svg.getAttribute("aria-description")).toContain(
      `${first.label}: +${first.difference.mean.toFixed(3)}`,
    );
  });

  it("takes names that look like markup as text", () => {
    const entries = report.ranking.entries.map((e) => ({
      ...e,
      label: `<script>alert("${e.candidate}")</script>`,
    }));
    const evil = rankingFigure({ ...report, ranking: { ...report.ranking, entries } }, emptyDocument());
    expect(evil.querySelector("script")).toBeNull();
    expect(evil.outerHTML).not.toContain("<script");
    expect(evil.outerHTML).not.toMatch(/="[^"]*alert\("/);
  });

  it("draws a baseline alone, and candidates that could not be tested, without intervals", () => {
    const entries = report.ranking.entries.map((e) =>
      e.verdict === "baseline" ? e : { ...e, verdict: "undecided" as const, diverged: 0, difference: null },
    );
    const bare = rankingFigure({ ...report, ranking: { ...report.ranking, entries } }, emptyDocument());
    expect(all(bare, "mm-interval", "line")).toHaveLength(0);
    expect(all(bare, "mm-verdict", "text").map(textOf)).toContain("○ not tested");
  });
});
