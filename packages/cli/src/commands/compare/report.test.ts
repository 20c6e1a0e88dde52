import { stripVTControlCharacters } from "node:util";
import { describe, expect, it } from "vitest";
import { acrossFixture, datasetFixture, resultsFixture } from "../../../../../test/results-fixture.ts";
import { resultTable } from "./report.ts";

const report = datasetFixture();
const shown = (width: number, given = resultsFixture([report])): string[] =>
  stripVTControlCharacters(resultTable(given, { folder: "out", width }))
    .trimEnd()
    .split("\n");

describe("the result on a terminal", () => {
  it("keeps loss, score, difference and verdict at 80 columns, and has the rest where there is room", () => {
    const lines = shown(80);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
    const text = lines.join(" ");
    for (const head of ["loss", "balanced accuracy", "difference (95 %)", "verdict"])
      expect(text).toContain(head);
    const wide = shown(200).join("\n");
    for (const head of ["p (adjusted)", "worse/same/better"]) expect(wide).toContain(head);
  });

  it("tells trials that could not be had from those that diverged", () => {
    const lineOf = (entries: typeof report.ranking.entries): string =>
      shown(200, resultsFixture([{ ...report, ranking: { ...report.ranking, entries } }])).find((line) =>
        line.startsWith("Jensen"),
      ) ?? "";
    const { entries } = report.ranking;
    expect(lineOf(entries)).toMatch(/diverged 3 of 10$/);
    expect(lineOf(entries.map((entry) => ({ ...entry, unavailable: entry.diverged })))).toMatch(
      /not available 3 of 10$/,
    );
  });

  it("says beside the name what of a run is missing", () => {
    const folds = { planned: 5, complete: [0, 1, 2] };
    const [first] = shown(200, resultsFixture([{ ...report, drawnFrom: 5000, folds }]));
    expect(first).toContain(
      ` (${report.rows} of 5000 rows were drawn, 3 of 5 folds of the first seed are complete)`,
    );
    expect(shown(200)[0]).not.toContain("(");
  });

  it("says beside p at which alpha a run was tested that a budget has cut", () => {
    const cut = { ...report, ranking: { ...report.ranking, alpha: 0.025 } };
    expect(shown(200, resultsFixture([cut])).join("\n")).toContain("p (adjusted; alpha 0.025)");
    expect(shown(200).join("\n")).not.toContain("alpha");
  });

  it("says which free text the trees are without, where there are trees", () => {
    const features: typeof report.features = [
      ...report.features,
      { name: "message", kind: "text", why: "free text", missing: 0 },
    ];
    const trees = {
      ...report.ranking.entries[0]!,
      candidate: "gradient-boosted-trees",
      verdict: "reference",
    };
    const withTrees = {
      ...report.ranking,
      entries: [...report.ranking.entries, trees as (typeof report.ranking.entries)[0]],
    };
    const remark = "Gradient-boosted trees: without the free text 'message', which they don't take.";
    const all = (change: Partial<typeof report>) => shown(200, resultsFixture([{ ...report, ...change }]));
    expect(all({ features, ranking: withTrees })).toContain(remark);
    expect(all({ features })).not.toContain(remark);
    expect(all({ ranking: withTrees }).join("\n")).not.toContain("free text");
  });

  it("reads probabilities in the direction of the differences: worse, same, better", () => {
    const { pWorse, pSame, pBetter } = report.ranking.entries[0]!.difference as {
      pWorse: number;
      pSame: number;
      pBetter: number;
    };
    const line = shown(Number.POSITIVE_INFINITY).find((one) =>
      one.startsWith(report.ranking.entries[0]!.label),
    );
    expect(line).toContain([pWorse, pSame, pBetter].map((p) => p.toFixed(2)).join(" "));
  });

  it("ends with what to use, what it costs, the next step and the command that applies it", () => {
    const { use, costs, beside, next } = report.recommendation;
    expect(shown(Number.POSITIVE_INFINITY).slice(-5)).toEqual([
      use,
      ...costs.map(({ text }) => text),
      ...beside,
      ...next.map(({ text }) => text),
      "Apply the kept model: npx minimand predict out ROWS.csv",
    ]);
  });

  it("is led by what makes the losses needless", () => {
    const lead = "Gradient-boosted trees are 7.1 points ahead.";
    const led = { ...report, recommendation: { ...report.recommendation, lead } };
    const lines = shown(Number.POSITIVE_INFINITY, resultsFixture([led]));
    expect(lines.indexOf(lead)).toBe(lines.indexOf(report.recommendation.use) - 1);
  });

  it("has the advice of each of several data sets, after all tables", () => {
    const lines = shown(100, resultsFixture([report, datasetFixture({ name: "b" })], acrossFixture()));
    const across = lines.indexOf("Across 6 data sets");
    expect(lines.filter((line) => line.startsWith("Apply the kept model: "))).toEqual([
      "Apply the kept model: npx minimand predict out/model/pima_diabetes ROWS.csv",
      "Apply the kept model: npx minimand predict out/model/b ROWS.csv",
    ]);
    expect(lines.findIndex((line) => line.startsWith("Apply the kept model"))).toBeGreaterThan(across);
  });
});
