import type { EngineUsed } from "@minimand/compare";
import type { Compile } from "minimand/engine";
import { compilerOf, startEngine } from "./engine.ts";

/** What a worker sends back for a job: its result, and what there was to warn of. */
export interface Answer<Result> {
  result: Result;
  warnings: string[];
}

const warnings: string[] = [];

/** Starts this worker's engine. @returns its compiler of training steps; `undefined`: the array engine's own */
export async function startWorker(engine: EngineUsed): Promise<Compile | undefined> {
  await startEngine();
  return compilerOf(engine, (message) => warnings.push(message));
}

/** A result with the warnings since the last one. */
export function answer<Result>(result: Result): Answer<Result> {
  return { result, warnings: warnings.splice(0) };
}
