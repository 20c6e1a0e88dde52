import type { Host, Progress, Reproduction, ReproductionReport } from "../reproduction.ts";

/** A spec with its result. */
export interface Trial<Spec, Result> {
  spec: Spec;
  result: Result;
}

/** Seeds of a run: as many as the host asks for, or the scale's own number; counted from the host's first one, or from `first`. */
export function seedsOf(
  { seeds, firstSeed }: Pick<Host<unknown, unknown>, "seeds" | "firstSeed">,
  usual: number,
  first = 0,
): number[] {
  return Array.from({ length: seeds ?? usual }, (_, i) => (firstSeed ?? first) + i);
}

/**
 * Runs the specs and returns their results in the order of the specs, and reports the progress.
 *
 * @param describe what a finished trial is called in the progress
 */
export async function* collect<Spec, Result>(
  host: Pick<Host<Spec, Result>, "trials">,
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

/** {@link collect}, each result with its spec. */
export async function* collectTrials<T extends Trial<object, unknown>>(
  host: Pick<Host<T["spec"], T["result"]>, "trials">,
  specs: readonly T["spec"][],
  describe: (spec: T["spec"], result: T["result"]) => string,
): AsyncGenerator<Progress, T[]> {
  const results = yield* collect(host, specs, describe);
  return results.map((result, i) => ({ spec: specs[i], result }) as T);
}

/** Returns the measured run of a paper: all specs for a host, then the report of their trials. */
export function runOf<T extends Trial<object, unknown>>(
  specsOf: (host: Host<T["spec"], T["result"]>) => readonly T["spec"][],
  describe: (spec: T["spec"], result: T["result"]) => string,
  reportOf: (trials: readonly T[], host: Host<T["spec"], T["result"]>) => ReproductionReport,
): Reproduction<T["spec"], T["result"]>["run"] {
  return async function* (host) {
    return reportOf(yield* collectTrials<T>(host, specsOf(host), describe), host);
  };
}

/** Returns a host that begins with the trials for which `isTimed` holds, one after the other with nothing in parallel. */
export function timedFirst<Spec, Result>(
  { trials }: Pick<Host<Spec, Result>, "trials">,
  isTimed: (spec: Spec) => boolean,
): Pick<Host<Spec, Result>, "trials"> {
  return {
    async *trials(specs) {
      const indices = [...specs.keys()];
      const groups = [
        ...indices.filter((i) => isTimed(specs[i])).map((i) => [i]),
        indices.filter((i) => !isTimed(specs[i])),
      ];
      // All are asked for at once, so that what a run would do can be seen before any trial; each begins when it is waited for.
      const runs = groups.map((group) => ({ group, found: trials(group.map((i) => specs[i])) }));
      for (const { group, found } of runs)
        for await (const { index, result } of found) yield { index: group[index], result };
    },
  };
}
