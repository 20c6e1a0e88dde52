import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

/** A Python program of this folder in a process of its own, on one thread, which computes only while it is asked. */
export interface Python {
  /** What it says first: the version of the library that it measures. */
  version: string;
  /** The number that it answers a line with. */
  ask(line: string): Promise<number>;
  stop(): void;
}

/** Starts Debian's Python; null where it, or the library, isn't installed. */
export async function startPython(script: string, args: readonly string[] = []): Promise<Python | null> {
  const child = spawn("/usr/bin/python3", [new URL(script, import.meta.url).pathname, ...args], {
    stdio: ["pipe", "pipe", "ignore"],
    env: { ...process.env, OMP_NUM_THREADS: "1", OPENBLAS_NUM_THREADS: "1" },
  });
  child.on("error", () => {});
  child.stdin.on("error", () => {});
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const { value: version, done } = await lines.next();
  if (done) return null;
  return {
    version,
    async ask(line) {
      child.stdin.write(`${line}\n`);
      const { value, done } = await lines.next();
      if (done) throw new Error(`${script} ended`);
      return Number(value);
    },
    stop: () => void child.stdin.end(),
  };
}
