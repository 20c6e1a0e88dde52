import type { Host, Progress } from "./reproduction.ts";

/**
 * Runs the specs and returns their results in the order of the specs, telling the progress.
 *
 * @param describe what a finished trial is called in the progress
 */
export async function* collect<Spec, Result>(
  host: Host<Spec, Result>,
  specs: readonly Spec[],
  describe: (spec: Spec, result: Result) => string,
): AsyncGenerator<Progress, Result[]> {
  const results: Result[] = new Array(specs.length);
  let done = 0;
  for await (const { index, result } of host.trials(specs)) {
    results[index] = result;
    done++;
    yield { done, total: specs.length, message: describe(specs[index], result) };
  }
  return results;
}
