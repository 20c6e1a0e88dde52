import { spawn } from "node:child_process";
import { join } from "node:path";
import type { Stage } from "./targets.ts";

/** How the tests of one stage ended. */
export type Ended = "passed" | "failed" | "timed out";

/**
 * Runs the tests of a stage in a folder, to the first one that fails, or until the time is over: then the runner and all that it
 * started are killed.
 *
 * @param milliseconds the limit
 */
export async function runTests(
  folder: string,
  { files, names }: Stage,
  milliseconds: number,
): Promise<{ ended: Ended; output: string }> {
  const vitest = join(folder, "node_modules/vitest/vitest.mjs");
  const named = names === undefined ? [] : ["-t", names];
  const child = spawn(process.execPath, [vitest, "run", "--bail=1", "--reporter=dot", ...named, ...files], {
    cwd: folder,
    // A group of its own, which is killed as one.
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (output += text));
  const killAll = (): void => {
    try {
      process.kill(-child.pid!, "SIGKILL");
    } catch {
      // All of it has ended.
    }
  };
  let over = false;
  const limit = setTimeout(() => {
    over = true;
    killAll();
  }, milliseconds);
  process.once("exit", killAll);
  const code = await new Promise<number | null>((resolve) => child.once("exit", resolve));
  clearTimeout(limit);
  // Processes that the tests started and a bail left behind.
  killAll();
  process.removeListener("exit", killAll);
  return { ended: over ? "timed out" : code === 0 ? "passed" : "failed", output };
}
