/*
 * The main job with its defaults on pima_diabetes: seconds and peak memory with two workers and with one, fresh output
 * folders, in turn. Prints medians as JSON.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const rounds = Number(process.argv[2] ?? 3);
const bin = new URL("../packages/cli/bin/minimand.js", import.meta.url).pathname;

/** Peak resident memory of a process, worker threads included, as the kernel counts it (Linux). */
function peak(pid: number): number {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}

function run(workers: number): Promise<{ seconds: number; memory: number }> {
  const out = mkdtempSync(join(tmpdir(), "minimand-bench-"));
  const started = performance.now();
  return new Promise((resolve, reject) => {
    const child = spawn(
      process.execPath,
      [bin, "compare", "pima_diabetes", "--workers", String(workers), "--out", out],
      { stdio: "ignore" },
    );
    let memory = 0;
    const timer = setInterval(() => {
      memory = Math.max(memory, peak(child.pid ?? 0));
    }, 200);
    child.on("exit", (code) => {
      clearInterval(timer);
      rmSync(out, { recursive: true, force: true });
      if (code === 0) resolve({ seconds: (performance.now() - started) / 1000, memory });
      else reject(new Error(`minimand compare: exit code ${code}`));
    });
  });
}

const median = (values: number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const two: { seconds: number; memory: number }[] = [];
const one: { seconds: number; memory: number }[] = [];
for (let round = 0; round < rounds; round++) {
  two.push(await run(2));
  one.push(await run(1));
}
console.log(
  JSON.stringify({
    secondsWithTwo: median(two.map((r) => r.seconds)),
    secondsWithOne: median(one.map((r) => r.seconds)),
    speedUp: median(one.map((r, i) => r.seconds / two[i].seconds)),
    peakMemoryMB: Math.max(...two.map((r) => r.memory)),
  }),
);
