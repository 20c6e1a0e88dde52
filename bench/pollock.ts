/*
 * How well tables are read from damaged files: the benchmark Pollock (Vitagliano, Hameed, Jiang, Naumann and others,
 * "Pollock: A Data Loading Benchmark", PVLDB 16(8), 2023), 2,290 files with one damage each and 97 real files of its survey.
 *
 *   npx node --conditions=minimand-source bench/pollock.ts FOLDER      FOLDER: a checkout of HPI-Information-Systems/Pollock
 *
 * The measures are Pollock's own (`pollock/metrics.py`): success, and precision, recall and their combination for header, records
 * and cells, of a file that was written again as plain CSV; their sum (at most 10, as its F1 has a factor of 2) is averaged
 * over the files. Its normalisation of cells turns numbers and booleans into one spelling, as here; it also does so with dates, times
 * and prices, where here the text has to be the same, so that these numbers are a lower bound of its own.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readTable } from "@minimand/compare";
import Papa from "papaparse";
import { type Row, replaceSection, tableOf } from "./results.ts";

type Rows = string[][];

/** Sums of the ten measures, of one file. */
interface Scores {
  success: number;
  header: number[];
  records: number[];
  cells: number[];
}

const failed: Scores = { success: 0, header: [0, 0, 0], records: [0, 0, 0], cells: [0, 0, 0] };

/** A loaded table as rows, the header among them where the file has one. */
async function load(path: string, name: string): Promise<Rows | null> {
  try {
    const table = await readTable(new Uint8Array(readFileSync(path)), { name });
    const rows = Array.from({ length: table.rows }, (_, row) =>
      table.columns.map((column) => String(column.at(row) ?? "")),
    );
    return table.header === null ? rows : [table.columns.map((column) => column.name), ...rows];
  } catch (error) {
    if (error instanceof Error && error.name === "DataError") return null;
    throw error;
  }
}

function normalised(cell: string): string {
  if (/^(true|false)$/i.test(cell)) return /^t/i.test(cell) ? "1" : "0";
  if (/^\s*[+-]?\d+\s*$/.test(cell)) return String(BigInt(cell.trim().replace(/^\+/, "")));
  if (/^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i.test(cell)) return String(Number(cell));
  return cell.trim() === "" ? cell : cell.toLowerCase();
}

/** Precision and recall as Pollock names them (its precision divides by the truth), and their combination. */
function measures(truth: readonly string[], loaded: readonly string[]): number[] {
  if (truth.length === 0) return [1, 1, 1];
  const counts = new Map<string, number>();
  for (const one of truth) counts.set(one, (counts.get(one) ?? 0) + 1);
  let common = 0;
  for (const one of loaded) {
    const left = counts.get(one) ?? 0;
    if (left > 0) common++;
    counts.set(one, left - 1);
  }
  if (common === 0) return [0, 0, 0];
  const [p, r] = [common / truth.length, common / loaded.length];
  return [p, r, (2 * p * r) / (p + r)];
}

function compare(truth: Rows, loaded: Rows | null): Scores {
  if (loaded === null) return failed;
  if (truth.length === 0) return { success: 1, header: [1, 1, 1], records: [1, 1, 1], cells: [1, 1, 1] };
  const record = (row: string[]): string => row.map(normalised).join("");
  return {
    success: 1,
    header:
      truth[0].length === 0
        ? [1, 1, 1]
        : measures(truth[0].map(normalised), (loaded[0] ?? []).map(normalised)),
    records: measures(truth.slice(1).map(record), loaded.slice(1).map(record)),
    cells: measures(truth.flat(), loaded.flat()),
  };
}

const total = ({ success, header, records, cells }: Scores): number =>
  [success, ...header, ...records, ...cells].reduce((a, b) => a + b, 0);

function parsePlain(path: string): Rows {
  const text = readFileSync(path, "utf8").replace(/^\ufeff/, "");
  if (text === "") return [];
  const { data } = Papa.parse<string[]>(text, {
    delimiter: ",",
    newline: text.includes("\r\n") ? "\r\n" : "\n",
  });
  // Python's csv module gives nothing for the end of the last line, and an empty row for a blank one.
  const rows = data.map((row) => (row.length === 1 && row[0] === "" ? [] : row));
  if (rows.at(-1)?.length === 0) rows.pop();
  return rows;
}

/** The scores of all files of a data set that are there. */
async function run(
  folder: string,
): Promise<{ scores: Map<string, number>; refused: string[]; absent: number }> {
  const scores = new Map<string, number>();
  const refused: string[] = [];
  const names = readdirSync(join(folder, "parameters")).map((name) => name.replace(/_parameters\.json$/, ""));
  let absent = 0;
  for (const name of names.sort()) {
    const [dirty, clean] = [join(folder, "csv", name), join(folder, "clean", name)];
    if (!existsSync(dirty) || !existsSync(clean)) {
      absent++;
      continue;
    }
    const loaded = await load(dirty, name);
    if (loaded === null) refused.push(name);
    scores.set(name, total(compare(parsePlain(clean), loaded)));
  }
  return { scores, refused, absent };
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

const [, , checkout, detail] = process.argv;
if (checkout === undefined || !existsSync(join(checkout, "polluted_files"))) {
  console.error("pollock: expected the folder of a checkout of HPI-Information-Systems/Pollock");
  process.exit(2);
}
const weights = JSON.parse(readFileSync(join(checkout, "pollock_weights.json"), "utf8")) as Record<
  string,
  number
>;
const polluted = await run(join(checkout, "polluted_files"));
const survey = await run(join(checkout, "survey_sample"));
let [weighted, weight] = [0, 0];
for (const [name, score] of polluted.scores) {
  weighted += (weights[name] ?? 0) * score;
  weight += weights[name] ?? 0;
}
const simple = mean([...polluted.scores.values()]);
const surveyed = mean([...survey.scores.values()]);
const rows: Row[] = [
  [
    `Pollock, ${polluted.scores.size} files with one damage each, without hints: simple score (of 10)`,
    simple.toFixed(3),
    "at least 9.5",
    simple >= 9.5,
  ],
  ["the same, weighted score", (weighted / weight).toFixed(3), "at least 9.0", weighted / weight >= 9],
  ["the same, files refused", String(polluted.refused.length), "", true],
  [
    `${survey.scores.size} real files of its survey (${survey.absent} absent from the checkout): simple score`,
    surveyed.toFixed(3),
    "at least 8",
    surveyed >= 8,
  ],
  ["the same, files refused", String(survey.refused.length), "", true],
];
replaceSection({ title: "Damaged files", command: "node bench/pollock.ts FOLDER", rows });
console.log(tableOf(rows));
if (detail === "--files") {
  for (const { scores } of [polluted, survey])
    for (const [name, score] of [...scores].sort((a, b) => a[1] - b[1]).slice(0, 120))
      console.log(score.toFixed(3), name);
}
process.exitCode = rows.every(([, , , met]) => met) ? 0 : 1;
