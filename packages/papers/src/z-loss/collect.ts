import type { Host, Progress } from "../reproduction.ts";
import type { Result, Spec } from "./spec.ts";

/** Runs the specs and returns their results in the order of the specs, telling the progress. */
export async function* collect(
  host: Host<Spec, Result>,
  specs: readonly Spec[],
): AsyncGenerator<Progress, Result[]> {
  const results: Result[] = [];
  let done = 0;
  for await (const { index, result } of host.trials(specs)) {
    results[index] = result;
    done++;
    yield { done, total: specs.length, message: describe(specs[index]) };
  }
  return results;
}

function describe(spec: Spec): string {
  if (spec.part === "speed") return `speed: ${spec.arm}, ${spec.classes} classes`;
  return `${spec.part}: ${spec.arm}, rate ${spec.learningRate}, seed ${spec.seed}`;
}
