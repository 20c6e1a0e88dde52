import { execFileSync } from "node:child_process";

const here = new URL(".", import.meta.url).pathname;

/** Runs a benchmark in a process of its own: what it prints as JSON in its last line. */
export function measure<Result>(file: string, ...args: string[]): Result {
  process.stderr.write(`${[file, ...args].join(" ")} ...\n`);
  const out = execFileSync(process.execPath, ["--conditions=minimand-source", `${here}${file}`, ...args], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  return JSON.parse(out.trim().split("\n").at(-1) ?? "{}") as Result;
}
