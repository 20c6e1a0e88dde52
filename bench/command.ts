/*
 * How soon the installed command answers: processor time of commands that only list, and the first line of a comparison. Packs the packages
 * and runs them where no checkout is, without Node's cache of compiled code.
 */
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { join } from "node:path";
import { makeProject, pack, temporary } from "../scripts/as-user/project.ts";
import type { Row } from "./results.ts";

const times = 7;

execFileSync(process.execPath, ["scripts/build.ts"], { stdio: "ignore" });
const project = makeProject("bench", pack(temporary("packed")), { optional: true });
const { NODE_COMPILE_CACHE: _, ...env } = project.env;
const program = join(project.folder, "node_modules", "@minimand", "cli", "bin", "minimand.js");

const least = (values: readonly number[]): number => Math.min(...values);
const row = (what: string, seconds: number, most: number): Row => [
  what,
  `${seconds.toFixed(2)} s`,
  `at most ${most} s`,
  seconds <= most,
];

/** Seconds of processor time of the command and of what supervises it. */
function processorTime(...args: string[]): number {
  const report =
    "data:text/javascript,process.on('exit',()=>console.error(JSON.stringify(process.cpuUsage())))";
  const { status, stderr } = spawnSync(process.execPath, ["--import", report, program, ...args], {
    cwd: project.folder,
    env,
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`${args.join(" ")}: expected exit code 0, got ${status}: ${stderr}`);
  const usages = stderr.split("\n").filter((line) => line.startsWith("{"));
  if (usages.length !== 2) throw new Error(`expected the times of two processes, got ${stderr}`);
  const seconds = usages.map((line) => {
    const { user, system } = JSON.parse(line) as NodeJS.CpuUsage;
    return (user + system) / 1e6;
  });
  return seconds[0] + seconds[1];
}

/** Seconds from the start of a comparison to the first line of its progress. */
async function firstLine(file: string): Promise<number> {
  const from = performance.now();
  const child = spawn(process.execPath, [file, "compare", "pima_diabetes"], { cwd: project.folder, env });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  const seconds = await new Promise<number>((resolve) =>
    child.stderr.once("data", () => resolve((performance.now() - from) / 1000)),
  );
  child.kill("SIGINT");
  await ended;
  return seconds;
}

const rows: Row[] = [["--help"], ["papers"], ["data"]].map((args) =>
  row(
    `\`minimand ${args.join(" ")}\`, processor time, the least of ${times}`,
    least(Array.from({ length: times }, () => processorTime(...args))),
    0.35,
  ),
);
const firsts: number[] = [];
const unsupervised: number[] = [];
for (let i = 0; i < times; i++) {
  firsts.push(await firstLine(program));
  unsupervised.push(await firstLine(join(program, "../command.js")));
}
rows.push(row(`\`minimand compare pima_diabetes\`, first line, the least of ${times}`, least(firsts), 1.5), [
  "the same against a command that nothing supervises",
  (least(firsts) / least(unsupervised)).toFixed(2),
  "",
  true,
]);
console.log(JSON.stringify({ rows }));
