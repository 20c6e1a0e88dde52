/*
 * Compares networks with trees, linear models and ensembles on many tables, to decide which network is the default. networks/README.md has
 * the rule. A run continues where the last one stopped.
 *
 *   npx node --conditions=minimand-source bench/networks.ts [options]
 *
 *   --half development|set-aside   the half of the tables (default: development)
 *   --once                         allows the set-aside half, which is judged a single time
 *   --single                       the plan of single changes: 20 tables, 1 seed, 3 folds, two learning rates
 *   --outer                        the recommended model of `minimand compare` on 70 % of the rows, judged on the other 30 %
 *   --arms a,b                     some arms only
 *   --tables a,b                   some tables only
 *   --minutes N                    starts no job after N minutes (default: 9), then writes networks/RESULTS.md
 *   --status                       prints what is done, and the hours left
 *   --report                       writes networks/RESULTS.md and prints it
 */
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { armsFor } from "./networks/arm.ts";
import { arms } from "./networks/arms.ts";
import { readEntries } from "./networks/draw-tables.ts";
import { checkHalf } from "./networks/halves.ts";
import { hasHgb, stopHgb } from "./networks/hgb.ts";
import { pageOf, tablesFor } from "./networks/page.ts";
import { plans } from "./networks/plans.ts";
import { readBenchTable } from "./networks/read.ts";
import { readRecords } from "./networks/records.ts";
import { jobsOf, type Places, runMissing } from "./networks/run.ts";
import { findSources } from "./networks/sources.ts";
import { statusOf } from "./networks/status.ts";
import { readWidths } from "./networks/widths-of.ts";

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const places: Places = {
  file: at("networks/results.jsonl"),
  predictions: at("../node_modules/.cache/minimand-networks"),
};

const { values: options } = parseArgs({
  options: {
    half: { type: "string", default: "development" },
    once: { type: "boolean", default: false },
    single: { type: "boolean", default: false },
    outer: { type: "boolean", default: false },
    arms: { type: "string" },
    tables: { type: "string" },
    minutes: { type: "string", default: "9" },
    status: { type: "boolean", default: false },
    report: { type: "boolean", default: false },
  },
});

/** The named ones of a list. */
function some<T>(all: readonly T[], named: string | undefined, nameOf: (one: T) => string): T[] {
  const names = named?.split(",");
  const unknown = names?.find((name) => !all.some((one) => nameOf(one) === name));
  if (unknown !== undefined)
    throw new RangeError(`expected some of ${all.map(nameOf).join(", ")}, got ${unknown}`);
  return all.filter((one) => names?.includes(nameOf(one)) ?? true);
}

async function main(): Promise<void> {
  const half = options.half === "set-aside" ? "set aside" : options.half;
  if (half !== "development" && half !== "set aside")
    throw new RangeError(`--half: expected development or set-aside, got ${options.half}`);
  const minutes = Number(options.minutes);
  if (!(minutes > 0)) throw new RangeError(`--minutes: expected a positive number, got ${options.minutes}`);
  const entries = readEntries();
  const plan = plans[options.single ? "single" : options.outer ? "outer" : "full"];
  const writePage = (): string => {
    const page = pageOf(readRecords(places.file), entries, arms, readWidths(at("networks/widths.jsonl")));
    writeFileSync(at("networks/RESULTS.md"), page);
    return page;
  };
  if (options.report) {
    console.log(writePage());
    return;
  }
  const tables = some(tablesFor(entries, half, plan), options.tables, ({ id }) => id);
  const chosen = some(armsFor(arms, plan), options.arms, ({ name }) => name);
  if (options.status) {
    console.log(statusOf(jobsOf(tables, chosen, plan, arms), readRecords(places.file), tables));
    return;
  }
  checkHalf(half, options.once);
  const { sources, missing } = findSources();
  const files = new Map(sources.map((source) => [source.id, source]));
  const found = tables.filter(({ id }) => files.has(id));
  if (missing.length > 0)
    console.error(
      `networks: no folder ${missing.join(", ")}: ${tables.length - found.length} tables are left out. MINIMAND_SHARED is the path of the shared folder.`,
    );
  const withoutPython = chosen.some(({ name }) => name === "hgb") && !(await hasHgb());
  if (withoutPython)
    console.error("networks: scikit-learn is not installed (python3-sklearn): hgb is left out");
  const able = chosen.filter(({ name }) => name !== "hgb" || !withoutPython);
  const jobs = jobsOf(found, able, plan, arms);
  const end = performance.now() + 60_000 * minutes;
  const count = await runMissing(jobs, {
    arms,
    plan,
    places,
    read: (id) => readBenchTable(files.get(id)!, options.outer ? "all" : "seen"),
    hasTime: () => performance.now() < end,
  });
  await stopHgb();
  writePage();
  console.log(`${count} records written`);
  console.log(statusOf(jobs, readRecords(places.file), tables));
}

await main().catch((error: Error) => {
  console.error(`networks: ${error.message}`);
  process.exitCode = 1;
});
