import { available } from "../kit/available.ts";
import { chosen } from "../kit/choices.ts";
import { collectTrials, seedsOf, type Trial } from "../kit/collect.ts";
import { candidates, tuneGrid } from "../kit/tune-grid.ts";
import type { Host, Progress, Reproduction } from "../reproduction.ts";
import { arms, armsAt, columns } from "./arms.ts";
import { card } from "./paper.ts";
import { reportOf } from "./report.ts";
import { materials, scales, settings, tuningSeeds } from "./settings.ts";
import { describe, type Result, type Spec, trial } from "./trial.ts";
import tuned from "./tuned.json" with { type: "json" };

const choiceName = (dataset: string, setting: string, loss: string): string =>
  `${dataset}/${setting}/${loss}`;

/** The data sets that the host has. */
async function* datasetsOf(host: Pick<Host<Spec, Result>, "dataset">): AsyncGenerator<Progress, string[]> {
  const found = yield* available(materials, ({ id }) => host.dataset(id), "the data set");
  if (found.length === 0) throw new Error(`data: expected ${card.data.join(" or ")}, got neither`);
  return found.map(({ id }) => id);
}

/** Eleven losses under label noise. */
export const reproduction: Reproduction<Spec, Result> = {
  card,
  tuningSeeds,
  trial,

  async *run(host) {
    const scale = scales[host.scale];
    const datasets: string[] = [];
    for (const dataset of yield* datasetsOf(host)) {
      if (choiceName(dataset, settings[0].id, arms[0].id) in tuned.choices) datasets.push(dataset);
      else yield { done: 0, total: 0, message: `${dataset}: left out, it has no tuned choices` };
    }
    const specs = datasets.flatMap((dataset) =>
      settings.slice(0, scale.settings).flatMap(({ id: setting }) =>
        armsAt(host.scale).flatMap(({ id: loss }) => {
          const configuration = chosen(tuned.choices, choiceName(dataset, setting, loss), columns);
          const common = { judge: "test", fraction: scale.fraction } as const;
          return seedsOf(host, scale.seeds).map(
            (seed): Spec => ({ dataset, setting, loss, configuration, seed, ...common }),
          );
        }),
      ),
    );
    return reportOf(yield* collectTrials<Trial<Spec, Result>>(host, specs, describe));
  },

  async *tune(host) {
    const { fraction, settings: count } = scales[host.scale];
    const datasets = yield* datasetsOf(host);
    const common = { judge: "tune", fraction } as const;
    const tried = datasets.flatMap((dataset) =>
      settings.slice(0, count).flatMap(({ id: setting }) =>
        armsAt(host.scale).flatMap(({ id: loss, grid }) => {
          const label = { dataset, setting, loss };
          const choice = choiceName(dataset, setting, loss);
          return candidates(choice, label, grid, tuningSeeds, (configuration, seed): Spec => {
            return { ...label, configuration, seed, ...common };
          });
        }),
      ),
    );
    const scoring = { score: "accuracy", scoreOf: ({ accuracy }: Result) => accuracy };
    return yield* tuneGrid(host, tried, { describe, ...scoring });
  },
};
