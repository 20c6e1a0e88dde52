import { styleText } from "node:util";
import type { DatasetReport, RankingEntry, Results } from "@minimand/compare";
import { fixed, metricName, pValue, signed } from "@minimand/compare";
import Table from "cli-table3";
import { printable } from "../printable.ts";
import { plural } from "../report/format.ts";

const styleOf = {
  baseline: "bold",
  better: "green",
  same: "cyan",
  worse: "red",
  undecided: "none",
  "not pursued": "dim",
  diverged: "red",
  reference: "dim",
} as const satisfies Record<RankingEntry["verdict"], string>;

/** The ranking as text: one table a data set, one sentence each, and the comparison across data sets. */
export function resultTable(results: Results): string {
  const parts = results.datasets.map((dataset) => datasetTable(dataset));
  if (results.across !== null) parts.push(acrossTable(results.across));
  return `${parts.join("\n\n")}\n`;
}

function datasetTable({ name, ranking, seeds, trials, testRows }: DatasetReport): string {
  const parts = new Set(trials.map((t) => `${t.seed} ${t.fold}`)).size;
  // On a test file nothing is tested, so there is nothing to show of intervals and probabilities.
  const tests =
    testRows === null ? ["difference (95 %)", "p (adjusted)", "better/same/worse"] : ["difference"];
  const table = new Table({
    head: ["loss", metricName(ranking.metric), ...tests, "verdict"],
    style: { head: [], border: [] },
    colAligns: ["left", "right", ...tests.map(() => "right" as const), "left"],
    chars: borders,
  });
  for (const entry of ranking.entries) table.push(row(entry, tests.length));
  const asked =
    seeds.complete.length < seeds.planned.length
      ? ` (${seeds.complete.length} of ${seeds.planned.length} repeats)`
      : "";
  const tested = testRows === null ? plural(parts, "test fold") : `${plural(parts, "seed")} on one test file`;
  return `${styleText("bold", printable(name))}, ${tested}${asked}\n${table.toString()}\n${ranking.summary}`;
}

/** A line of the table, with so many columns for the difference and its tests. */
function row(entry: RankingEntry, tests: number): string[] {
  const { label, mean, sd, difference, verdict, diverged, n } = entry;
  const score = mean === null ? "" : `${fixed(mean, 4)}${sd === null ? "" : ` ± ${fixed(sd, 4)}`}`;
  const word = verdict === "diverged" ? `diverged ${diverged} of ${n + diverged}` : verdict;
  const tested = testedCells(difference, verdict);
  const cells = Array.from({ length: tests }, (_, i) => tested[i] ?? "");
  return [label, score, ...cells, word].map((text) => styleText(styleOf[verdict], text));
}

function testedCells(difference: RankingEntry["difference"], verdict: RankingEntry["verdict"]): string[] {
  if (difference === null) return [];
  const change = signed(difference.mean, 4);
  if (difference.p === null) return [change];
  const { low, high, pAdjusted, pBetter, pSame, pWorse } = difference;
  return [
    `${change} [${signed(low, 3)}, ${signed(high, 3)}]`,
    verdict === "reference" ? "" : pValue(pAdjusted),
    [pBetter, pSame, pWorse].map((p) => fixed(p, 2)).join(" "),
  ];
}

function acrossTable(across: NonNullable<Results["across"]>): string {
  const table = new Table({
    head: ["loss", "average rank"],
    style: { head: [], border: [] },
    colAligns: ["left", "right"],
    chars: borders,
  });
  const order = across.candidates
    .map((_, i) => i)
    .sort((a, b) => across.averageRanks[a] - across.averageRanks[b]);
  for (const i of order) table.push([across.candidates[i], fixed(across.averageRanks[i], 2)]);
  return `${styleText("bold", `Across ${across.datasets.length} data sets`)}\n${table.toString()}\n${across.summary}`;
}

/** No lines between cells, two blanks of room. */
export const borders = {
  top: "",
  "top-mid": "",
  "top-left": "",
  "top-right": "",
  bottom: "",
  "bottom-mid": "",
  "bottom-left": "",
  "bottom-right": "",
  left: "",
  "left-mid": "",
  mid: "",
  "mid-mid": "",
  right: "",
  "right-mid": "",
  middle: " ",
};
