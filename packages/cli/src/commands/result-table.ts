import { styleText } from "node:util";
import type { DatasetReport, RankingEntry, Results } from "@minimand/compare";
import { fixed, metricName, pValue, signed } from "@minimand/compare";
import Table from "cli-table3";

const styleOf = {
  baseline: "bold",
  better: "green",
  same: "cyan",
  worse: "red",
  undecided: "none",
  diverged: "red",
  reference: "dim",
} as const satisfies Record<RankingEntry["verdict"], string>;

/** The ranking as text: one table a data set, one sentence each, and the comparison across data sets. */
export function resultTable(results: Results): string {
  const parts = results.datasets.map((dataset) => datasetTable(dataset));
  if (results.across !== null) parts.push(acrossTable(results.across));
  return `${parts.join("\n\n")}\n`;
}

function datasetTable({ name, ranking, seeds, trials }: DatasetReport): string {
  const folds = new Set(trials.map((t) => `${t.seed} ${t.fold}`)).size;
  const table = new Table({
    head: [
      "loss",
      metricName(ranking.metric),
      "difference (95 %)",
      "p (Holm)",
      "better/same/worse",
      "verdict",
    ],
    style: { head: [], border: [] },
    colAligns: ["left", "right", "right", "right", "right", "left"],
    chars: borders,
  });
  for (const entry of ranking.entries) table.push(row(entry));
  const asked =
    seeds.complete.length < seeds.planned.length
      ? ` (${seeds.complete.length} of ${seeds.planned.length} repeats)`
      : "";
  return `${styleText("bold", name)}, ${folds} test folds${asked}\n${table.toString()}\n${ranking.summary}`;
}

function row(entry: RankingEntry): string[] {
  const { label, mean, sd, difference, verdict, diverged, n } = entry;
  const color = (text: string): string => styleText(styleOf[verdict], text);
  const score = mean === null ? "" : `${fixed(mean, 4)}${sd === null ? "" : ` ± ${fixed(sd, 4)}`}`;
  const word = verdict === "diverged" ? `diverged ${diverged} of ${n + diverged}` : verdict;
  if (difference === null) return [label, score, "", "", "", word].map(color);
  const { mean: d, low, high, pHolm, pBetter, pSame, pWorse } = difference;
  return [
    label,
    score,
    `${signed(d, 4)} [${signed(low, 3)}, ${signed(high, 3)}]`,
    verdict === "reference" ? "" : pValue(pHolm),
    [pBetter, pSame, pWorse].map((p) => fixed(p, 2)).join(" "),
    word,
  ].map(color);
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
