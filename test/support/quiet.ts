import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { everythingIn, temporaryFolder } from "./cli.ts";

const node = [process.execPath, "--conditions=minimand-source"];

/** Why the network can't be watched, for the name of a test; empty where it can. */
export const noStrace =
  process.platform === "linux" && spawnSync("strace", ["-V"]).status === 0
    ? ""
    : " (skipped: there is no strace)";
if (noStrace !== "") console.warn("there is no strace: tests that watch the network are left out");

const telling = /\bAF_INET|"\/etc\/(resolv\.conf|hosts|nsswitch\.conf|machine-id)"/;

/** What a program did. */
export interface Watched {
  code: number | null;
  stdout: string;
  stderr: string;
  /** Files left in a home, a cache and a temporary folder that were empty. */
  left: string[];
  /** System calls that reach for another machine or its address, and those that ask which machine this is. */
  network: string[];
}

/**
 * Runs a program of Node in a home of its own, with next to nothing in its environment: what runs in CI, or in a home
 * where it ran before, may be quieter.
 *
 * @param traced looks at its system calls, too
 */
export function watch(
  args: readonly string[],
  {
    cwd = temporaryFolder(),
    traced = false,
    env = {},
  }: { cwd?: string; traced?: boolean; env?: Record<string, string> } = {},
): Watched {
  const home = temporaryFolder();
  const folders = ["home", "cache", "tmp"].map((name) => join(home, name));
  for (const folder of folders) mkdirSync(folder);
  const trace = join(home, "trace");
  const [command, ...rest] = [
    ...(traced ? ["strace", "-f", "-e", "trace=network,openat", "-o", trace] : []),
    ...node,
    ...args,
  ];
  const { status, stdout, stderr } = spawnSync(command, rest, {
    cwd,
    encoding: "utf8",
    env: {
      PATH: process.env.PATH ?? "",
      HOME: folders[0],
      XDG_CACHE_HOME: folders[1],
      TMPDIR: folders[2],
      // Written by what runs the tests, and read by Node alone.
      NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? "",
      ...env,
    },
  });
  const calls = existsSync(trace) ? readFileSync(trace, "utf8").split("\n") : [];
  return {
    code: status,
    stdout,
    stderr,
    left: folders.flatMap((folder) => everythingIn(folder)),
    network: calls.filter((call) => telling.test(call)),
  };
}
