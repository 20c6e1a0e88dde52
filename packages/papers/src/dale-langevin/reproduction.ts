import { collectTrials, seedsOf } from "../kit/collect.ts";
import type { Host, Reproduction } from "../reproduction.ts";
import { card } from "./paper.ts";
import { reportOf } from "./report.ts";
import { scales } from "./settings.ts";
import { describe, type Measured, type Result, type Spec, trial } from "./trial.ts";

/** The longest trials first, so that workers end together. */
function specsOf(host: Host<Spec, Result>): Spec[] {
  const { seeds, sizes } = scales[host.scale];
  const each = seedsOf(host, seeds);
  return [
    ...each.map((seed): Spec => ({ part: "digits", seed, sizes })),
    ...each.map((seed): Spec => ({ part: "points", seed, sizes })),
    { part: "exact" },
  ];
}

/** Digits and points by noise that multiplies, beside noise that is added; and speckle taken away. */
export const reproduction: Reproduction<Spec, Result> = {
  card,
  trial,
  async *run(host) {
    return reportOf(yield* collectTrials<Measured>(host, specsOf(host), describe));
  },
};
