/* What a worker thread of a pool has beside its jobs: its data, its engine, warnings to send back, and an ear for the end. */
import type { EngineUsed } from "@minimand/compare";
import { type Compile, compileWithJit } from "minimand/engine";
import { startEngine } from "minimand/start";
import { workerData } from "piscina";
import { compilerOf } from "./engine.ts";

/** What a pool hands to each of its workers. */
export interface Given<Data> {
  data: Data;
  /** One number, shared by all threads: 1 from when the pool is to end. */
  stop: Int32Array<SharedArrayBuffer>;
}

/** What a worker sends back for a job: its result, and what there was to warn of. */
export interface Answer<Result> {
  result: Result;
  warnings: string[];
}

/** The data of this worker. */
export function dataOf<Data>(): Data {
  return (workerData as Given<Data>).data;
}

const warnings: string[] = [];

/** A result with the warnings since the last one. */
export function answer<Result>(result: Result): Answer<Result> {
  return { result, warnings: warnings.splice(0) };
}

/** Whether the pool is to end. */
export function isEnding(): boolean {
  return Atomics.load((workerData as Given<unknown>).stop, 0) === 1;
}

/** Throws once the pool is to end. */
export function throwIfEnding(): void {
  if (isEnding()) throw new Error("the pool of workers ends");
}

/**
 * Starts this worker's engine.
 *
 * @returns its compiler of training steps. Programs throw where the pool is to end: ONNX Runtime takes the whole process
 *   down if its thread is terminated while it computes, so the work has to end between two calls
 */
export async function startWorker(engine: EngineUsed): Promise<Compile> {
  await startEngine();
  const compile = (await compilerOf(engine, (message) => warnings.push(message))) ?? compileWithJit;
  const { loop } = compile;
  const stoppable: Compile = (f) => ending(compile(f));
  return loop === undefined
    ? stoppable
    : Object.assign(stoppable, { loop: ((f) => ending(loop(f))) as typeof loop });
}

/** The program, which refuses to run once the pool is to end. */
function ending<Program extends ((...args: never[]) => unknown) & { dispose(): void }>(
  program: Program,
): Program {
  const call = (...args: never[]): unknown => {
    throwIfEnding();
    return program(...args);
  };
  return Object.assign(call, { dispose: () => program.dispose() }) as unknown as Program;
}
