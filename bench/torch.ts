import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

/** PyTorch in a process of its own, which computes only while it is asked. */
export interface Torch {
  version: string;
  /** Mean milliseconds of a step. */
  time(network: "small" | "large", steps: number): Promise<number>;
  stop(): void;
}

/** Starts Debian's PyTorch (python3-torch with libopenblas0-pthread) on one thread; null where it isn't installed. */
export async function startTorch(): Promise<Torch | null> {
  const child = spawn("/usr/bin/python3", [new URL("./torch-step.py", import.meta.url).pathname], {
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
    async time(network, steps) {
      child.stdin.write(`${network} ${steps}\n`);
      const { value, done } = await lines.next();
      if (done) throw new Error("torch-step.py ended");
      return Number(value);
    },
    stop: () => void child.stdin.end(),
  };
}
