/*
 * What runs on a store cost: PostgreSQL from Debian, started here, with everything forced to the disk; trials that compute nothing,
 * and a real comparison. Writes its section of bench/results.json, and docs/scale.json, of which docs/scale.md is made.
 *
 *   node --conditions=minimand-source bench/queue.ts [share of the trials]
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { hasPostgres, noPostgres, startPostgres } from "../test/support/postgres.ts";
import { comparison, memoryOfWorker } from "./queue/command.ts";
import { openSession } from "./queue/crew.ts";
import { emptyTrials } from "./queue/empty-trials.ts";
import { footprint } from "./queue/footprint.ts";
import { fill, growth, takenOf } from "./queue/growth.ts";
import { latency } from "./queue/latency.ts";
import { overhead } from "./queue/overhead.ts";
import { reckon } from "./queue/reckon.ts";
import { type Measured, queueRows } from "./queue/rows.ts";
import { replaceSection } from "./results.ts";

const share = Number(process.argv[2] ?? 1);
const some = (count: number): number => Math.max(10, Math.round(share * count));
const say = (text: string): void => void process.stderr.write(`queue: ${text}\n`);
const command = `npx node --conditions=minimand-source bench/queue.ts${share === 1 ? "" : ` ${share}`}`;
const title = "Runs on a store";

if (!hasPostgres()) {
  // What was measured elsewhere stays.
  say(`left out${noPostgres}`);
  console.log(JSON.stringify({ rows: [] }));
  process.exit(0);
}

const folder = mkdtempSync(join(tmpdir(), "minimand-bench-"));
try {
  await using server = await startPostgres();
  say("trials of 100 ms");
  const overheadFound = await overhead(server, some(100), 3);
  const empty: Measured["empty"] = [];
  for (const workers of [1, 2, 4, 8]) {
    say(`empty trials, ${workers} workers`);
    const { byText: _, ...found } = await emptyTrials(server, workers, some(5000));
    empty.push(found);
  }
  say("progress");
  const latencyFound = await latency(server, some(60));
  const grown = [];
  const waiting = [];
  {
    const { url } = await server.createDatabase();
    await using session = await openSession("postgres:", { DATABASE_URL: url });
    // The first round of all has the programs compiled.
    await growth(session, 0, 5);
    let stored = 0;
    for (const next of [10, 1000, 100_000].map((count) => (count === 10 ? 10 : some(count)))) {
      say(`${next} stored trials`);
      await fill(session, stored, next);
      await server.query("vacuum analyze", [], new URL(url).pathname.slice(1));
      stored = next;
      grown.push(await growth(session, stored, 15));
    }
    for (const count of [10, 1000, 100_000].map((count) => (count === 10 ? 10 : some(count)))) {
      say(`${count} trials that wait`);
      waiting.push({ waiting: count, take: await takenOf(session, count, 15) });
    }
  }
  say("what a worker takes");
  const footprintFound = await footprint(server, some(5000));
  const embedded = JSON.parse(
    execFileSync(
      process.execPath,
      [
        "--conditions=minimand-source",
        fileURLToPath(new URL("queue/embedded.ts", import.meta.url)),
        ...[join(folder, "embedded"), String(some(3000))],
      ],
      { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] },
    ),
  );
  const memory = {
    postgres: await memoryOfWorker("postgres:", { DATABASE_URL: server.url }),
    pglite: await memoryOfWorker(`pglite:${join(folder, "worker")}`),
  };
  // It takes as long whatever the share.
  let compared: Measured["compared"] = null;
  if (share === 1) {
    say("a comparison with and without a store");
    compared = await comparison(server);
  }
  const measured: Measured = {
    overhead: overheadFound,
    empty,
    latency: latencyFound,
    growth: grown,
    waiting,
    footprint: footprintFound,
    embedded,
    memory,
    compared,
  };
  const rows = queueRows(measured);
  const most = Math.max(...empty.map(({ trials }) => trials));
  const reckoned = [10, 100, 1000].map((workers) =>
    reckon(workers, footprintFound, overheadFound.statements, most),
  );
  const parts: [part: string, ...rows: object[]][] = [
    ["overhead", overheadFound],
    ["empty", ...empty.map((one) => ({ ...one, "against one": one.trials / empty[0].trials }))],
    ["latency", latencyFound],
    ["growth", ...grown],
    ["waiting", ...waiting],
    ["footprint", footprintFound],
    ["embedded", embedded],
    ["memory", memory],
    ["reckoned", ...reckoned],
  ];
  const all = parts.flatMap(([part, ...own]) => own.map((row) => ({ part, ...row })));
  const page = new URL("../docs/scale.json", import.meta.url);
  writeFileSync(page, `${JSON.stringify(all, null, 2)}\n`);
  replaceSection({ title, command, rows });
  console.log(JSON.stringify({ rows }));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
