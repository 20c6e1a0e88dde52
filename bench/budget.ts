/*
 * Whether `minimand compare --budget` keeps to its time, and what it keeps of the plan: its planner runs by a clock of its own, with
 * costs of trials that were recorded once, on machines of different speeds. The rule stands in budget/rule.ts.
 *
 *   npx node --conditions=minimand-source bench/budget.ts record TABLE:ROWS ...   adds to budget/recorded.jsonl
 *   npx node --conditions=minimand-source bench/budget.ts usual                   writes what the command expects before it runs
 *   npx node --conditions=minimand-source bench/budget.ts replay                  writes its section of RESULTS.md
 *   npx node --conditions=minimand-source bench/budget.ts --quick                 one replay of each table and budget
 */
import { readFileSync, writeFileSync } from "node:fs";
import { NativeUnavailableError, nativeCompiler } from "@minimand/native";
import { derive, randomSource } from "minimand/engine";
import { startEngine } from "minimand/start";
import { type Recorded, record } from "./budget/record.ts";
import { type Machine, type Replayed, replay } from "./budget/replay.ts";
import { rule } from "./budget/rule.ts";
import { usualOf } from "./budget/usual.ts";
import { type Row, replaceSection, tableOf } from "./results.ts";

const file = new URL("budget/recorded.jsonl", import.meta.url);
const usual = new URL("../packages/compare/src/run/usual-costs.json", import.meta.url);

const recorded = (): Recorded[] =>
  readFileSync(file, "utf8")
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line));
const keep = (all: readonly Recorded[]): void =>
  writeFileSync(file, all.map((one) => `${JSON.stringify(one)}\n`).join(""));

/** Seconds. */
const budgets = [30, 60, 120, 300];

/** Times as slow as the machine of the recording was, which was busy with other things: idle it is twice as fast. */
const slownesses = [0.25, 0.5, 1];

async function rowOf(levels: readonly Recorded[], seconds: number, times: number): Promise<Row> {
  const runs: Replayed[] = [];
  for (const [s, slowness] of slownesses.entries())
    for (let i = 0; i < times; i++) {
      const machine: Machine = { workers: 2, slowness, noise: 0.2, drift: 0.1 * ((i % 3) - 1) };
      runs.push(await replay(levels, seconds, machine, randomSource(derive(1, s, i))));
    }
  const ends = runs.map(({ ended }) => ended / seconds);
  const lefts = runs.map(({ firstLeft }) => firstLeft);
  const [table] = levels;
  const bySpeed = slownesses.map((_, s) => keptOf(runs.slice(s * times, (s + 1) * times), table.of));
  const met =
    Math.max(...ends) <= rule.end && Math.min(...lefts) >= 1 / rule.left && Math.max(...lefts) <= rule.left;
  const span = (values: readonly number[]): string =>
    `${Math.min(...values).toFixed(2)} to ${Math.max(...values).toFixed(2)}`;
  return [
    `${table.table}, ${table.of} rows, ${seconds} s`,
    `ended after ${span(ends)} of the budget; first time left ${span(lefts)} of the truth; kept ${bySpeed.join("; ")}`,
    `end at most ${rule.end}, left within ${rule.left}`,
    met,
  ];
}

/** "2000 of 5000 rows, 3 folds": what the middle one of some runs has kept. */
function keptOf(runs: readonly Replayed[], all: number): string {
  const size = ({ rows, folds, seeds }: Replayed): number => 100 * rows + 10 * folds + seeds;
  const { rows, folds, seeds } = runs.toSorted((a, b) => size(a) - size(b))[runs.length >> 1];
  return `${rows < all ? `${rows} rows, ` : ""}${folds} folds, ${seeds} ${seeds === 1 ? "seed" : "seeds"}`;
}

async function* rows(times: number): AsyncGenerator<Row> {
  for (const levels of Map.groupBy(recorded(), ({ table }) => table).values())
    for (const seconds of budgets) yield await rowOf(levels, seconds, times);
}

const [command, ...rest] = process.argv.slice(2);
if (command === "record") {
  await startEngine();
  const compile = await nativeCompiler().catch((error: unknown) => {
    if (!(error instanceof NativeUnavailableError)) throw error;
    return undefined;
  });
  for (const job of rest) {
    const [table, count] = job.split(":");
    const made = await record(table, Number(count), compile);
    keep([...recorded().filter((one) => one.table !== table || one.rows !== made.rows), made]);
  }
} else if (command === "usual") {
  writeFileSync(usual, `${JSON.stringify(usualOf(recorded()), null, 2)}\n`);
} else if (command === "replay" || command === "--quick") {
  const made: Row[] = [];
  for await (const row of rows(command === "replay" ? rule.times : 1)) {
    made.push(row);
    console.log(row.slice(0, 2).join(": "));
  }
  if (command === "replay") {
    replaceSection({
      title: "Budgets of time, replayed",
      command: "node bench/budget.ts replay",
      rows: made,
    });
    console.log(tableOf(made));
    process.exitCode = made.every(([, , , met]) => met) ? 0 : 1;
  }
} else {
  console.error("budget: expected record TABLE:ROWS ..., usual, replay or --quick");
  process.exitCode = 2;
}
