/*
 * What `minimand compare` decides on twelve tables, before and after the two-stage plan: verdicts, the largest gain that it stands for,
 * and the processor time. The checkout of before runs the same commands with its own defaults (two seeds of all losses).
 *
 *   npx node --conditions=minimand-source bench/decided.ts FOLDER [CHECKOUT-OF-BEFORE]
 *
 * Runs are kept in FOLDER: the same command again only writes the section. The twelve tables were chosen before any run; most have
 * less than 900 rows. The larger ones were added when the twelve were known, to see what rows do; the target isn't theirs.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { type Row, replaceSection } from "./results.ts";

const classification = [
  "pima_diabetes",
  "breast_cancer_wdbc",
  "ionosphere",
  "sonar",
  "house_votes_84",
  "glass",
  "vehicle",
  "soybean",
];
const regression = ["boston_housing", "concrete", "diabetes", "auto_mpg"];

const larger = ["churn", "credit_modeldata", "spambase"];

/** What both versions write of a ranking. */
interface Entry {
  label: string;
  verdict: string;
  difference: { mean: number; low: number | null; high: number | null } | null;
}
interface Found {
  entries: Entry[];
  higherIsBetter: boolean;
  metric: string;
  seconds: number;
}

const [folder, before] = process.argv.slice(2);
if (folder === undefined) throw new Error("expected a folder for the runs");
const here = fileURLToPath(new URL("..", import.meta.url));
const shared = process.env.MINIMAND_SHARED ?? join(here, "../shared");

function run(checkout: string, name: string, arm: string): Found | null {
  const out = resolve(folder, arm, name);
  const times = join(resolve(folder, arm), `${name}.seconds`);
  if (!existsSync(times)) {
    const file = join(shared, "data/regression", `${name}.csv.gz`);
    const source = name === "auto_mpg" ? file : name;
    if (name === "auto_mpg" && !existsSync(file)) return null;
    mkdirSync(out, { recursive: true });
    const command = `TIMEFORMAT='%U %S'; time npx minimand compare ${source} --target target --workers 1 --out '${out}' >/dev/null 2>&1`;
    const timed = execFileSync("bash", ["-c", `{ ${command}; } 2>&1`], { cwd: checkout, encoding: "utf8" });
    const seconds = timed.trim().split(/\s+/).slice(-2).map(Number);
    writeFileSync(times, String(seconds[0] + seconds[1]));
  }
  const [{ ranking }] = JSON.parse(readFileSync(join(out, "results.json"), "utf8")).datasets;
  return { ...ranking, seconds: Number(readFileSync(times, "utf8")) };
}

/** "3 better, 5 worse, 4 same of 29; best AnyLoss +0.021 [0.006, 0.036]"; the widest lead where none is better. */
function said({ entries, higherIsBetter }: Found): string {
  const of = (verdict: string): Entry[] => entries.filter((entry) => entry.verdict === verdict);
  const counts = ["better", "worse", "same", "diverged"].map((verdict) => `${of(verdict).length} ${verdict}`);
  const rivals = entries.filter(({ verdict }) => !["baseline", "reference"].includes(verdict));
  const sign = higherIsBetter ? -1 : 1;
  const byLead = (some: readonly Entry[]): Entry[] =>
    some
      .filter(({ difference }) => difference !== null)
      .sort((a, b) => sign * ((a.difference?.mean ?? 0) - (b.difference?.mean ?? 0)));
  const [best] = byLead(of("better"));
  const [first] = byLead(rivals);
  const named = ({ label, difference }: Entry): string =>
    `${label} ${digits(difference?.mean)} [${digits(difference?.low)}, ${digits(difference?.high)}]`;
  const gain = best === undefined ? `none is better, first is ${named(first)}` : `best ${named(best)}`;
  return `${counts.join(", ")} of ${rivals.length}; ${gain}`;
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const digits = (value: number | null | undefined): string => value?.toPrecision(3) ?? "-";
const decided = ({ entries }: Found): number =>
  entries.filter(({ verdict }) => ["better", "worse", "same"].includes(verdict)).length;

const rows: Row[] = [];
/** Processor seconds of a table, before and after. */
const seconds = new Map<string, [number, number]>();
for (const name of [...classification, ...regression, ...larger]) {
  const old = before === undefined ? null : run(resolve(before), name, "before");
  const found = run(here, name, "after");
  if (found === null) continue;
  if (old !== null) {
    rows.push([`${name}, before`, `${said(old)}; ${Math.round(old.seconds)} s`, "", true]);
    seconds.set(name, [old.seconds, found.seconds]);
  }
  const more = old === null ? "" : `, ${decided(found)} decided (${decided(old)} before)`;
  rows.push([`${name}, after`, `${said(found)}; ${Math.round(found.seconds)} s${more}`, "", true]);
}
const ratioOf = (names: readonly string[]): number => {
  const pairs = names.flatMap((name) => [seconds.get(name) ?? [0, 0]]);
  return sum(pairs.map(([, after]) => after)) / sum(pairs.map(([old]) => old));
};
if (seconds.size > 0) {
  const ratio = ratioOf([...classification, ...regression]);
  const parts = `${ratioOf(classification).toFixed(2)} of classes, ${ratioOf(regression).toFixed(2)} of numbers, ${ratioOf(larger).toFixed(2)} of the larger`;
  rows.push([
    "processor time of the twelve, after over before",
    `${ratio.toFixed(2)} (${parts})`,
    "at most 1.5",
    ratio <= 1.5,
  ]);
}
replaceSection({
  title: "What is decided",
  command: "npx node --conditions=minimand-source bench/decided.ts FOLDER CHECKOUT-OF-BEFORE",
  rows,
});
