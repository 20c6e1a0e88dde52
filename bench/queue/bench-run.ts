/* A run whose trials are made up, and its environment: what the queue does is the same for all. */
import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { type Environment, environmentHash } from "../../packages/cli/src/queue/environment.ts";
import type { Submission } from "../../packages/cli/src/queue/submit.ts";
import type { RunThreads } from "../../packages/cli/src/worker/run-threads.ts";

export const environment: Environment = {
  versions: { minimand: "bench", node: process.versions.node },
  engine: { name: "wasm", version: "bench", threads: 1 } as Environment["engine"],
  code: "bench",
};

/** By which its jobs find workers. */
export const houseName = environmentHash(environment, []);

/** What decides a made-up run. */
export interface BenchRequest {
  name: string;
  trials: number;
  /** Milliseconds that a trial takes. */
  milliseconds: number;
}

export function submissionOf(request: BenchRequest): Submission {
  return {
    kind: "compare",
    title: request.name,
    request,
    attached: [],
    typed: [],
    environment,
    origins: [],
    files: new Map(),
  };
}

export const keyOf = ({ name }: BenchRequest, trial: number) => ({ bench: name, trial });

/** As much as is kept of a small trial: predictions of some hundred rows. */
export function keptOf(seed: number): { scores: number[] } {
  const bytes = createHash("shake256", { outputLength: 512 }).update(String(seed)).digest();
  return { scores: Array.from(bytes, (value, i) => (value + i / 1000) / 256) };
}

export const isKept = (value: unknown): value is ReturnType<typeof keptOf> =>
  typeof value === "object" && value !== null && "scores" in value;

/** What the threads of a made-up run are given. */
export interface BenchJob {
  trial: number;
  milliseconds: number;
}

/** Computes nothing, for as long as the job says. */
export function idleThreads(done: (trial: number) => void = () => {}): RunThreads {
  const threads = {
    async run(job: unknown): Promise<unknown> {
      const { trial, milliseconds } = job as BenchJob;
      if (milliseconds > 0) await sleep(milliseconds);
      done(trial);
      return keptOf(trial);
    },
    destroy: async () => {},
  };
  return { use: (_run, work) => work(threads), destroy: async () => {} };
}
