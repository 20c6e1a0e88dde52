/*
 * The main job with its defaults on pima_diabetes: seconds and peak memory with two workers and with one, and with two on
 * each engine, fresh output folders, in turn. Prints medians as JSON.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { EngineUsed, RankingEntry, Results } from "@minimand/compare";
import { median } from "./adam-step.ts";

const rounds = Number(process.argv[2] ?? 3);
/** More options, to see in a minute that this file works. */
const more = process.argv.slice(3);
const bin = new URL("../packages/cli/bin/minimand.js", import.meta.url).pathname;

/** Peak resident memory of a process, worker threads included, as the kernel counts it (Linux). */
function peak(pid: number): number {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}

interface Run {
  seconds: number;
  memory: number;
  results: Results;
}

/** @param engine `undefined`: the default */
function run(workers: number, engine?: EngineUsed["name"]): Promise<Run> {
  const out = mkdtempSync(join(tmpdir(), "minimand-bench-"));
  const started = performance.now();
  return new Promise((resolve, reject) => {
    const child = spawn(
      process.execPath,
      [
        ...[bin, "compare", "pima_diabetes", "--workers", String(workers), "--out", out, ...more],
        ...(engine === undefined ? [] : ["--engine", engine]),
      ],
      { stdio: "ignore" },
    );
    let memory = 0;
    const timer = setInterval(() => {
      memory = Math.max(memory, peak(child.pid ?? 0));
    }, 200);
    child.on("exit", (code) => {
      clearInterval(timer);
      const seconds = (performance.now() - started) / 1000;
      if (code === 0) {
        const results: Results = JSON.parse(readFileSync(join(out, "results.json"), "utf8"));
        resolve({ seconds, memory, results });
      } else reject(new Error(`minimand compare: exit code ${code}`));
      rmSync(out, { recursive: true, force: true });
    });
  });
}

const entriesOf = ({ results }: Run): Map<string, RankingEntry> =>
  new Map(results.datasets[0].ranking.entries.map((entry) => [entry.candidate, entry]));

/** Trials a second of the whole command: reading, starting workers, the kept model and the report are in the time. */
const trialsASecond = (runs: readonly Run[]): number =>
  runs[0].results.datasets[0].trials.length / median(runs.map(({ seconds }) => seconds));

/** Candidates whose verdict is another, and the largest difference of mean scores. */
function differences(a: Run, b: Run): { verdicts: number; score: number } {
  const other = entriesOf(b);
  const found = { verdicts: 0, score: 0 };
  for (const [candidate, { verdict, mean }] of entriesOf(a)) {
    const entry = other.get(candidate);
    if (entry?.verdict !== verdict) found.verdicts++;
    found.score = Math.max(found.score, Math.abs((entry?.mean ?? 0) - (mean ?? 0)));
  }
  return found;
}

const two: Run[] = [];
const one: Run[] = [];
const wasm: Run[] = [];
for (let round = 0; round < rounds; round++) {
  two.push(await run(2));
  one.push(await run(1));
  wasm.push(await run(2, "wasm"));
}
const { verdicts, score } = differences(two[0], wasm[0]);
const secondsOf = (runs: readonly Run[]): number => median(runs.map(({ seconds }) => seconds));
console.log(
  JSON.stringify({
    native: Number(two[0].results.engine.name === "native"),
    secondsWithTwo: secondsOf(two),
    secondsWithOne: secondsOf(one),
    secondsOnWasm: secondsOf(wasm),
    speedUp: secondsOf(one) / secondsOf(two),
    trialsASecond: trialsASecond(two),
    trialsASecondOnWasm: trialsASecond(wasm),
    otherVerdicts: verdicts,
    largestDifference: score,
    peakMemoryMB: Math.max(...two.map((r) => r.memory)),
    peakMemoryOnWasmMB: Math.max(...wasm.map((r) => r.memory)),
  }),
);
