import { collectTrials, seedsOf } from "../kit/collect.ts";
import type { Host, Reproduction } from "../reproduction.ts";
import { nets } from "./arms.ts";
import { card } from "./paper.ts";
import { reportOf } from "./report.ts";
import { scales } from "./settings.ts";
import { describe, type Measured, type Result, type Spec, trial } from "./trial.ts";

function specsOf(host: Host<Spec, Result>): Spec[] {
  const { seeds, size, sizes, solves, channels, examples, batch, epochs, most } = scales[host.scale];
  const all = seedsOf(host, seeds);
  const base = (seed: number) => ({ seed, size, sizes, solves, shown: seed === all[0] });
  // The longest first: no worker has to wait for one in the end.
  return [
    ...all.flatMap((seed) =>
      nets.map(({ id: net }): Spec => {
        return { part: "network", net, ...base(seed), channels, examples, batch, epochs, most };
      }),
    ),
    ...all.map((seed): Spec => ({ part: "classical", ...base(seed) })),
  ];
}

/** Two networks trained on an empty box, against solvers without one. */
export const reproduction: Reproduction<Spec, Result> = {
  card,
  trial,

  async *run(host) {
    return reportOf(yield* collectTrials<Measured>(host, specsOf(host), describe));
  },
};
