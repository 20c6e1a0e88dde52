import { once } from "node:events";
import { isMainThread, parentPort, Worker } from "node:worker_threads";
import { defaultDevice, init } from "@jax-js/jax";
import { adamStep, large, small, time } from "./adam-step.ts";

/* The array engine as it came, without what `startEngine` does for speed: in a thread of its own, which computes only while it is asked. */

interface Asked {
  network: "small" | "large";
  steps: number;
}

/** @returns mean milliseconds of an Adam step */
export function startPlainEngine(): {
  time(network: Asked["network"], steps: number): Promise<number>;
  stop(): void;
} {
  const worker = new Worker(new URL(import.meta.url));
  return {
    async time(network, steps) {
      const answer = once(worker, "message") as Promise<[number]>;
      worker.postMessage({ network, steps } satisfies Asked);
      const [taken] = await answer;
      return taken;
    },
    stop: () => void worker.terminate(),
  };
}

if (!isMainThread) {
  await init("wasm");
  defaultDevice("wasm");
  const networks = { small: adamStep(small), large: adamStep(large) };
  parentPort?.on("message", async ({ network, steps }: Asked) => {
    parentPort?.postMessage(await time(networks[network], steps));
  });
}
