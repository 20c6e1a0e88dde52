import { styleText } from "node:util";
import {
  type DatasetReport,
  fixed,
  leftOutByTrees,
  metricName,
  outcomeOrder,
  partOf,
  plural,
  pValue,
  type Ranking,
  type RankingEntry,
  type Results,
  scoreShown,
  signed,
  unequalSeeds,
  verdictWord,
} from "@minimand/compare";
import { adviceOf, type CommandToRun, commandsOf } from "@minimand/compare/report";
import { printable } from "../../printable.ts";
import { terminalWidth } from "../../terminal/terminal-width.ts";
import { wrapText } from "../../terminal/text-width.ts";
import { type WidthColumn, widthTable } from "../../terminal/width-table.ts";
import { quantizationTable } from "./quantization-table.ts";

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

/** Where results are shown: the output folder and the arguments, for the commands that follow, and the columns there are. */
export interface Shown {
  folder: string;
  typed?: readonly string[];
  width?: number;
}

/** The ranking as text: a table a data set, the comparison across data sets, and at the very end what to do. */
export function resultTable(results: Results, { folder, typed, width = terminalWidth() }: Shown): string {
  const parts = results.datasets.map((dataset) => datasetTable(dataset, results.settings.alpha, width));
  if (results.across !== null) parts.push(acrossTable(results.across, width));
  const several = results.datasets.length > 1;
  const advice = results.datasets.map((dataset, i) => {
    const lines = adviceLines(dataset, commandsOf(results, i, { folder, typed }), width);
    return several ? `${styleText("bold", printable(dataset.name))}\n${lines}` : lines;
  });
  return `${[...parts, ...advice].join("\n\n")}\n`;
}

/** At 80 columns loss, score, difference and verdict stay; probabilities and p go first. */
const tested: [WidthColumn, WidthColumn, WidthColumn] = [
  { head: "difference (95 %)", align: "right", keep: 5 },
  { head: "p (adjusted)", align: "right", keep: 2 },
  { head: "probability", align: "right", keep: 1 },
];

/** @param asked alpha of all looks: a run that a budget has cut tests at a part of it */
function datasetTable(report: DatasetReport, asked: number, width: number): string {
  const { name, ranking, trials, testRows } = report;
  const parts = new Set(trials.map((t) => `${t.seed} ${t.fold}`)).size;
  // Where nothing is tested there is nothing to show of intervals and probabilities.
  const claims = ranking.entries.some(({ difference }) => difference !== null && difference.p !== null);
  const order = outcomeOrder(ranking);
  const [interval, p, probability] = tested;
  const spent = ranking.alpha < asked ? `p (adjusted; alpha ${ranking.alpha})` : p.head;
  const tests = claims
    ? [interval, { ...p, head: spent }, { ...probability, head: order.join("/") }]
    : [{ ...tested[0], head: "difference" }];
  const columns: WidthColumn[] = [
    { head: "loss", align: "left", keep: 9 },
    { head: metricName(ranking.metric), align: "right", keep: 4 },
    ...tests,
    { head: "verdict", align: "left", keep: 8 },
  ];
  const { entries } = ranking;
  const table = widthTable(
    columns,
    entries.map((entry) => row(entry, ranking, tests.length, order)),
    width,
    (text, i) => styleText(styleOf[entries[i].verdict], text),
  );
  const part = partOf(report);
  const missing = part === null ? "" : ` (${part})`;
  const testedOn =
    testRows === null ? plural(parts, "test fold") : `${plural(parts, "seed")} on one test file`;
  const trees = entries.some(({ candidate }) => candidate === "gradient-boosted-trees");
  const lines = [
    ranking.summary,
    unequalSeeds(ranking),
    ...(trees ? leftOutByTrees(report).map(({ text }) => `${text}.`) : []),
    ...(report.preference?.sentences ?? []),
  ].filter((line) => line !== null);
  const below = lines.map((line) => wrapped(line, width)).join("\n");
  const bits = quantizationTable(report, width);
  return `${styleText("bold", printable(name))}, ${testedOn}${missing}\n${table}\n${below}${bits === null ? "" : `\n\n${bits}`}`;
}

/** A line of the table, with so many columns for the difference and its tests. */
function row(entry: RankingEntry, ranking: Ranking, tests: number, order: Outcome[]): string[] {
  const { label, difference, verdict, diverged, n } = entry;
  const score = scoreShown(entry, ranking);
  const said = verdictWord(entry, ranking.entries);
  const word = verdict === "diverged" ? `${said} ${diverged} of ${n + diverged}` : said;
  const cells = testedCells({ difference, verdict }, order);
  return [
    label,
    score === null ? "" : fixed(score, 4),
    ...Array.from({ length: tests }, (_, i) => cells[i] ?? ""),
    word,
  ];
}

type Outcome = ReturnType<typeof outcomeOrder>[number];

function testedCells(
  { difference, verdict }: Pick<RankingEntry, "difference" | "verdict">,
  order: Outcome[],
): string[] {
  if (difference === null) return [];
  if (difference.p === null) return [signed(difference.mean, 4)];
  const { mean, low, high, pAdjusted, pBetter, pSame, pWorse } = difference;
  const of = { better: pBetter, same: pSame, worse: pWorse };
  return [
    `${signed(mean, 3)} [${signed(low, 3)}, ${signed(high, 3)}]`,
    verdict === "reference" ? "" : pValue(pAdjusted),
    order.map((outcome) => fixed(of[outcome], 2)).join(" "),
  ];
}

function acrossTable(across: NonNullable<Results["across"]>, width: number): string {
  const order = across.candidates
    .map((_, i) => i)
    .sort((a, b) => across.averageRanks[a] - across.averageRanks[b]);
  const table = widthTable(
    [
      { head: "loss", align: "left", keep: 2 },
      { head: "average rank", align: "right", keep: 1 },
    ],
    order.map((i) => [across.candidates[i], fixed(across.averageRanks[i], 2)]),
    width,
  );
  return `${styleText("bold", `Across ${across.datasets.length} data sets`)}\n${table}\n${wrapped(across.summary, width)}`;
}

/** What to do, as the last lines: what was found before the losses, use, costs, the next step, the commands. */
function adviceLines(dataset: DatasetReport, commands: readonly CommandToRun[], width: number): string {
  const { lead } = dataset.recommendation;
  const sentences = adviceOf(dataset).map(({ about, text }) =>
    about === "What to use" ? styleText("bold", wrapped(text, width)) : wrapped(text, width),
  );
  const lines = [...(lead === null ? [] : [styleText("bold", wrapped(lead, width))]), ...sentences];
  for (const { about, command } of commands) lines.push(`${about}: ${printable(command)}`);
  return lines.join("\n");
}

const wrapped = (text: string, width: number): string => wrapText(printable(text), width).join("\n");
