import { runOf, seedsOf } from "../../kit/collect.ts";
import { part } from "../../kit/part.ts";
import type { Host, Reproduction } from "../../reproduction.ts";
import { card } from "../card.ts";
import { arms, attempts } from "./arms.ts";
import { reportOf } from "./report.ts";
import { cost, longer, scales, test } from "./settings.ts";
import { describe, type Measured, type Result, type Spec, trial } from "./trial.ts";

/** The longest trials first, so that workers end together; what is timed stands alone at the end. */
function specsOf(host: Host<Spec, Result>): Spec[] {
  const { seeds, fraction, tests } = scales[host.scale];
  const full = host.scale === "full";
  const trained = (list: readonly { id: string; steps: number }[], factor: number): Spec[] =>
    seedsOf(host, seeds).flatMap((seed) =>
      list.map(
        ({ id, steps }): Spec => ({ part: "arm", arm: id, seed, steps: part(steps, factor, 2), tests }),
      ),
    );
  return [
    { part: "truth", seed: test.seed, count: tests },
    { part: "gradients", seed: 1 },
    ...(full ? trained(arms, longer) : []),
    ...trained(arms, fraction),
    ...(full ? trained(attempts, fraction) : []),
    host.scale === "quick"
      ? { part: "cost", totals: [...cost.totals.slice(0, 1)], rounds: 1, seed: 1 }
      : { part: "cost", totals: [...cost.totals], rounds: cost.rounds, seed: 1 },
  ];
}

/** Fields that a network and an inner solve find, against those of a network alone; and gradients and times of inner solves. */
export const reproduction: Reproduction<Spec, Result> = {
  card,
  tuningSeeds: [],
  trial,

  run: runOf<Measured>(specsOf, describe, reportOf),
};
