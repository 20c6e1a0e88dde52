import { startPython } from "./python.ts";

/** PyTorch in a process of its own, which computes only while it is asked. */
export interface Torch {
  version: string;
  /** Mean milliseconds of a step. */
  time(network: "small" | "large", steps: number): Promise<number>;
  stop(): void;
}

/** Starts Debian's PyTorch (python3-torch with libopenblas0-pthread) on one thread; null where it isn't installed. */
export async function startTorch(): Promise<Torch | null> {
  const python = await startPython("./torch-step.py");
  if (python === null) return null;
  return { ...python, time: (network, steps) => python.ask(`${network} ${steps}`) };
}
