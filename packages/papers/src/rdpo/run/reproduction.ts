import { runOf, seedsOf } from "../../kit/collect.ts";
import { resultsWhere } from "../../kit/evidence.ts";
import type { Host, Reproduction } from "../../reproduction.ts";
import { card } from "../card.ts";
import { reportOf } from "./report.ts";
import { scales, tuningSeeds } from "./settings.ts";
import { describe, type Measured, type Result, type Spec, trial } from "./trial.ts";

/** All trials of a run: two bandits a language model; those of text first, which take longer. */
function specsOf(host: Host<Spec, Result>): Spec[] {
  const { seeds, bandit, text } = scales[host.scale];
  const all = seedsOf(host, seeds);
  const twice = seedsOf({ firstSeed: host.firstSeed, seeds: 2 * all.length }, 0);
  return [
    ...all.map((seed): Spec => ({ part: "text", seed, ...text })),
    ...twice.map((seed): Spec => ({ part: "bandit", seed, ...bandit })),
  ];
}

/** Losses that know how many labels are swapped, and those that don't: in a bandit, and of a language model. */
export const reproduction: Reproduction<Spec, Result> = {
  card,
  tuningSeeds,
  trial,

  run: runOf<Measured>(specsOf, describe, (trials) =>
    reportOf(resultsWhere(trials, { part: "bandit" }), resultsWhere(trials, { part: "text" })),
  ),
};
