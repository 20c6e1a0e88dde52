import { setTimeout } from "node:timers/promises";
import { type Ran, type RunOptions, start } from "./cli.ts";
import { atEndOfFile } from "./end-of-file.ts";

/** The command in the background. */
export interface Background {
  pid: number;
  /** All that it has said so far. */
  said(): Omit<Ran, "code">;
  /** Waits until it has said something on stdout or stderr; an error with what it has said instead once it ends, or after 5 minutes. */
  until(pattern: RegExp, milliseconds?: number): Promise<RegExpExecArray>;
  signal(name: "SIGINT" | "SIGTERM" | "SIGKILL" | "SIGSTOP" | "SIGCONT"): void;
  /** Its exit code and all that it said. */
  ended: Promise<Ran>;
}

/** Starts the command in the background; what still runs after the tests of the file is killed, stopped or not. */
export function background(args: readonly string[], options: RunOptions = {}): Background {
  const { child, ended, said } = start(args, options);
  const started: Background = {
    pid: child.pid ?? 0,
    said,
    async until(pattern, milliseconds = 300_000) {
      let over = false;
      const gone = ended.then(() => {
        over = true;
      });
      const limit = performance.now() + milliseconds;
      for (;;) {
        const last = over || performance.now() > limit;
        const { stdout, stderr } = said();
        const match = new RegExp(pattern).exec(stdout) ?? new RegExp(pattern).exec(stderr);
        if (match !== null) return match;
        if (last)
          throw new Error(
            `minimand ${args[0]}: expected ${pattern}, got ${over ? "an end" : "no such line"}:\n${stdout}${stderr}`,
          );
        await Promise.race([gone, setTimeout(20)]);
      }
    },
    signal: (name) => void child.kill(name),
    ended,
  };
  ended.catch(() => {});
  atEndOfFile(async () => {
    child.kill("SIGKILL");
    await Promise.allSettled([ended]);
  });
  return started;
}
