import type { Host, Reproduction, TrialHost } from "../reproduction.ts";

/** Returns a host that runs trials one after another in this thread: for tests, and for pages without workers. */
export function localHost<Spec, Result>(
  reproduction: Reproduction<Spec, Result>,
  options: TrialHost & Pick<Host<Spec, Result>, "scale" | "seeds" | "firstSeed">,
): Host<Spec, Result> {
  return {
    ...options,
    async *trials(specs) {
      for (let index = 0; index < specs.length; index++) {
        options.signal?.throwIfAborted();
        yield { index, result: await reproduction.trial(specs[index], options) };
      }
    },
  };
}
