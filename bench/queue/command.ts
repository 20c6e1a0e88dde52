/* The command itself: the memory of a worker that has nothing to do, and a small comparison with and without a store. */
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { TestPostgres } from "../../test/support/postgres.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const bin = join(root, "packages/cli/bin/minimand.js");

/** Resident megabytes of all processes of `minimand worker` once it has joined. */
export async function memoryOfWorker(store: string, env: NodeJS.ProcessEnv = {}): Promise<number> {
  const child = spawn(process.execPath, [bin, "worker", "--store", store, "--workers", "2"], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  while (!said.includes("works for")) {
    if (child.exitCode !== null) throw new Error(`minimand worker: ${said}`);
    await sleep(50);
  }
  await sleep(3000);
  const memory = residentOf(child.pid ?? 0) / 1024;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  await ended;
  return memory;
}

/** Kilobytes of a process and its children. */
function residentOf(pid: number): number {
  const [, own] = /^VmRSS:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim();
  const further = children === "" ? [] : children.split(" ").map((child) => residentOf(Number(child)));
  return further.reduce((sum, each) => sum + each, Number(own ?? 0));
}

export interface Compared {
  /** Seconds of the command without and with a store, the first and only time on this store. */
  folder: number;
  store: number;
  trials: number;
  /** Whether the tables of candidates are equal, number for number. */
  equal: boolean;
}

/** The same comparison without a store, and on one that has nothing of it. */
export async function comparison(server: TestPostgres): Promise<Compared> {
  const folder = mkdtempSync(join(tmpdir(), "minimand-bench-"));
  const { url } = await server.createDatabase();
  const run = (out: string, ...more: string[]): { seconds: number; results: Results } => {
    const started = performance.now();
    execFileSync(
      process.execPath,
      [bin, "compare", "pima_diabetes", "--workers", "2", "--out", join(folder, out), ...more],
      {
        cwd: root,
        env: { ...process.env, DATABASE_URL: url, XDG_CACHE_HOME: join(folder, "cache") },
        stdio: "ignore",
      },
    );
    const seconds = (performance.now() - started) / 1000;
    return { seconds, results: JSON.parse(readFileSync(join(folder, out, "results.json"), "utf8")) };
  };
  try {
    const own = run("folder");
    const shared = run("store", "--store", "postgres:");
    const rankings = [own, shared].map(({ results }) => JSON.stringify(rankingsOf(results)));
    return {
      folder: own.seconds,
      store: shared.seconds,
      equal: rankings[0] === rankings[1],
      trials: own.results.datasets.reduce((sum, { trials }) => sum + trials.length, 0),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** As much of `results.json` as is looked at here. */
interface Results {
  datasets: { ranking: unknown; trials: unknown[] }[];
}

const rankingsOf = ({ datasets }: Results): unknown[] => datasets.map(({ ranking }) => ranking);
