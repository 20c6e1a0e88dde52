/*
 * How wide the intervals of differences between losses are with the default network, and with the one of before, on the smallest tables of the
 * set-aside half. README.md has the rule. A run continues where the last one stopped.
 *
 *   npx node --conditions=minimand-source bench/networks/widths.ts [--tables 20] [--minutes 9]
 */
import { execFileSync } from "node:child_process";
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { DatasetReport, Task } from "@minimand/compare";
import { readEntries } from "./draw-tables.ts";
import { tablesFor } from "./page.ts";
import { plans } from "./plans.ts";
import { readBenchTable } from "./read.ts";
import { linesOf } from "./recommended.ts";
import { findSources } from "./sources.ts";
import { readWidths, type Widths } from "./widths-of.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const file = fileURLToPath(new URL("widths.jsonl", import.meta.url));
const seeds = "3";
const networks: Record<Widths["network"], string[]> = {
  before: ["--bins", "0", "--members", "1"],
  default: [],
};
const rivals = (task: Task): string =>
  task === "regression" ? "absolute,huber,log-cosh,cauchy" : "focal,comp-sum,generalized-cross-entropy,mse";

/** The width of the interval of each loss against the baseline, by the whole command. */
function widthsOn(data: string, command: string[], folder: string): Record<string, number> {
  const args = ["minimand", "compare", data, ...command, "--seeds", seeds, "--references", "none"];
  const more = ["--workers", "1", "--quiet", "--json", "--out", join(folder, "run")];
  const told = execFileSync("npx", [...args, ...more], { cwd: root, encoding: "utf8", maxBuffer: 1 << 30 });
  rmSync(join(folder, "run"), { recursive: true });
  const { ranking } = (JSON.parse(told) as { datasets: Pick<DatasetReport, "ranking">[] }).datasets[0];
  return Object.fromEntries(
    ranking.entries.flatMap(({ candidate, verdict, difference }) => {
      const { low = null, high = null } = difference ?? {};
      return verdict === "reference" || low === null || high === null
        ? []
        : [[candidate, high - low] as const];
    }),
  );
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { tables: { type: "string", default: "20" }, minutes: { type: "string", default: "9" } },
  });
  const end = performance.now() + 60_000 * Number(values.minutes);
  const sources = new Map(findSources().sources.map((source) => [source.id, source]));
  const done = readWidths(file);
  const entries = tablesFor(readEntries(), "set aside", plans.full).slice(0, Number(values.tables));
  for (const { id } of entries) {
    const source = sources.get(id);
    if (source === undefined)
      throw new Error(`${id}: expected its file, got none: MINIMAND_SHARED is the path of the shared folder`);
    const { task, target } = source;
    const folder = mkdtempSync(join(tmpdir(), "minimand-widths-"));
    const data = join(folder, "rows.jsonl");
    const { dataset } = await readBenchTable(source, "all");
    writeFileSync(
      data,
      linesOf(
        dataset,
        Int32Array.from({ length: dataset.rows }, (_, row) => row),
      ),
    );
    for (const [network, options] of Object.entries(networks) as [Widths["network"], string[]][]) {
      if (performance.now() > end) break;
      if (done.some((one) => one.table === id && one.network === network)) continue;
      const command = ["--target", target, "--task", task, "--losses", rivals(task), ...options];
      const record: Widths = { table: id, network, widths: widthsOn(data, command, folder) };
      appendFileSync(file, `${JSON.stringify(record)}\n`);
    }
    rmSync(folder, { recursive: true });
  }
}

await main();
