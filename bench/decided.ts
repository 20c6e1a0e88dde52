/*
 * What `minimand compare` decides on twelve tables, before and after the two-stage plan: verdicts, the largest gain that it stands for,
 * and the processor time. The checkout of before runs the same commands with its own defaults (two seeds of all losses).
 *
 *   npx node --conditions=minimand-source bench/decided.ts FOLDER [CHECKOUT-OF-BEFORE]
 *
 * Runs are kept in FOLDER: the same command again only writes the section.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { type Row, replaceSection } from "./results.ts";

const tables = [
  ...[
    "pima_diabetes",
    "breast_cancer_wdbc",
    "ionosphere",
    "sonar",
    "house_votes_84",
    "glass",
    "vehicle",
    "soybean",
  ],
  ...["boston_housing", "concrete", "diabetes", "auto_mpg"],
];

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

/** "3 better, 5 worse, 4 same; best AnyLoss +0.021 [0.006, 0.036]". */
function said({ entries, higherIsBetter }: Found): string {
  const of = (verdict: string): Entry[] => entries.filter((entry) => entry.verdict === verdict);
  const counts = ["better", "worse", "same", "diverged"].map((verdict) => `${of(verdict).length} ${verdict}`);
  const rivals = entries.filter(({ verdict }) => !["baseline", "reference"].includes(verdict));
  const [best] = of("better").sort(
    (a, b) => (higherIsBetter ? -1 : 1) * ((a.difference?.mean ?? 0) - (b.difference?.mean ?? 0)),
  );
  const gain =
    best?.difference === undefined || best.difference === null
      ? "none is better"
      : `${best.label} ${digits(best.difference.mean)} [${digits(best.difference.low)}, ${digits(best.difference.high)}]`;
  return `${counts.join(", ")} of ${rivals.length}; ${gain}`;
}

const digits = (value: number | null): string => (value === null ? "-" : value.toFixed(3));
const decided = ({ entries }: Found): number =>
  entries.filter(({ verdict }) => ["better", "worse", "same"].includes(verdict)).length;

const rows: Row[] = [];
let [sumBefore, sumAfter] = [0, 0];
for (const name of tables) {
  const old = before === undefined ? null : run(resolve(before), name, "before");
  const found = run(here, name, "after");
  if (found === null) continue;
  if (old !== null) {
    rows.push([`${name}, before`, `${said(old)}; ${Math.round(old.seconds)} s`, "", true]);
    sumBefore += old.seconds;
  }
  sumAfter += found.seconds;
  const more = old === null ? "" : `, ${decided(found)} decided (${decided(old)} before)`;
  rows.push([`${name}, after`, `${said(found)}; ${Math.round(found.seconds)} s${more}`, "", true]);
}
if (sumBefore > 0) {
  const ratio = sumAfter / sumBefore;
  rows.push(["processor time, after over before", ratio.toFixed(2), "at most 1.5", ratio <= 1.5]);
}
replaceSection({
  title: "What is decided",
  command: "npx node --conditions=minimand-source bench/decided.ts FOLDER CHECKOUT-OF-BEFORE",
  rows,
});
