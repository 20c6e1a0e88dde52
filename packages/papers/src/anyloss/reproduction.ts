import { collect } from "../collect.ts";
import type { Host, Progress, Reproduction, ReproductionReport } from "../reproduction.ts";
import { type Family, families } from "./arms.ts";
import { card } from "./paper.ts";
import { materials, protocol } from "./settings.ts";
import { type Result, type Spec, trial } from "./trial.ts";
import { meansOf, reportOf } from "./verdict.ts";

/** Data sets, number of seeds, folds run of each seed's five, and steps, for each scale. */
const scales = {
  quick: { datasets: ["glass", "ionosphere"], seeds: 1, count: 1, steps: 100 },
  default: { datasets: card.data, seeds: 5, count: 2, steps: protocol.steps },
  full: { datasets: card.data, seeds: 5, count: protocol.folds, steps: protocol.steps },
};

/** All trials of a scale. Exported for tests. */
export function specsOf({ scale, seeds }: Pick<Host<Spec, Result>, "scale" | "seeds">): Spec[] {
  const { datasets, count, steps, seeds: usual } = scales[scale];
  const list = Array.from({ length: seeds ?? usual }, (_, i) => i + 1);
  return materials
    .filter(({ dataset }) => datasets.includes(dataset))
    .flatMap(({ dataset }) =>
      (Object.keys(families) as Family[]).map((family) => ({ dataset, family, seeds: list, count, steps })),
    );
}

/**
 * The single-layer perceptron of the paper's section on experiments. There is nothing to tune: the protocol fixes start,
 * step size, number of steps and L for every loss, so every arm has the same number of configurations, one.
 */
export const reproduction: Reproduction<Spec, Result> = {
  card,
  trial,
  async *run(host): AsyncGenerator<Progress, ReproductionReport> {
    const specs = specsOf(host);
    const results = yield* collect(host, specs, ({ dataset, family }) => `${dataset}: ${family}`);
    return reportOf(meansOf(results));
  },
};
