import { runOf, seedsOf } from "../../kit/collect.ts";
import type { Host, Reproduction } from "../../reproduction.ts";
import { card } from "../card.ts";
import { armsOf } from "./arms.ts";
import { reportOf } from "./report.ts";
import { problems, scales } from "./settings.ts";
import { describe, type Measured, type Result, type Spec, trial } from "./trial.ts";

/** All trials of a run, problem by problem, so that a worker's programs serve one seed after the other. */
function specsOf(host: Host<Spec, Result>): Spec[] {
  const { seeds, sizes } = scales[host.scale];
  const each = seedsOf(host, seeds);
  return problems
    .toSorted((a, b) => b.layers - a.layers)
    .flatMap((problem): Spec[] => [
      ...armsOf(problem, host.scale).flatMap(({ id }) =>
        each.map((seed): Spec => ({ part: "arm", problem: problem.id, arm: id, seed, sizes })),
      ),
      ...each.map((seed): Spec => ({ part: "plain", problem: problem.id, seed, sizes })),
    ]);
}

/** Trains step sizes with and without signals, for soft and for hard thresholds. */
export const reproduction: Reproduction<Spec, Result> = {
  card,
  tuningSeeds: [],
  trial,
  run: runOf<Measured>(specsOf, describe, (trials, { scale }) => reportOf(trials, scale)),
};
