import { collect, seedsOf } from "../../kit/collect.ts";
import type { Host, Reproduction } from "../../reproduction.ts";
import { card } from "../card.ts";
import { type Family, families } from "./arms.ts";
import { reportOf } from "./report.ts";
import { materials, scales } from "./settings.ts";
import { type Result, type Spec, trial } from "./trial.ts";
import { outcomesOf } from "./verdict.ts";

const firstSeed = 1;

/** All trials of a scale. Exported for tests. */
export function specsOf(host: Pick<Host<Spec, Result>, "scale" | "seeds" | "firstSeed">): Spec[] {
  const { datasets, count, model, steps, seeds } = scales[host.scale];
  const list = seedsOf(host, seeds, firstSeed);
  return materials
    .filter(({ id }) => datasets.includes(id))
    .flatMap(({ id: dataset }) =>
      (Object.keys(families) as Family[]).map((family) => ({
        dataset,
        family,
        seeds: list,
        count,
        model,
        steps,
      })),
    );
}

/**
 * The single-layer perceptron of the paper's section on experiments, and small networks at the full scale. There is nothing to
 * tune: the protocol fixes start, step size, number of steps and L for every loss, so every arm has the same number of
 * configurations, one. The tuned rival makes its choices within its training rows.
 */
export const reproduction: Reproduction<Spec, Result> = {
  card,
  firstSeed,
  tuningSeeds: [],
  trial,

  async *run(host) {
    const describe = ({ dataset, family }: Spec): string => `${dataset}: ${family}`;
    return reportOf(outcomesOf(yield* collect(host, specsOf(host), describe)));
  },
};
