import { available } from "../../kit/available.ts";
import { chosen } from "../../kit/choices.ts";
import { collectTrials, seedsOf, type Trial } from "../../kit/collect.ts";
import type { Host, Progress, Reproduction } from "../../reproduction.ts";
import { card } from "../card.ts";
import tuned from "../tuned.json" with { type: "json" };
import { armsAt, columns } from "./arms.ts";
import { reportOf } from "./report.ts";
import { materials, scales, settings } from "./settings.ts";
import { describe, type Result, type Spec, trial } from "./trial.ts";
import { choiceName, tuneLosses } from "./tune.ts";

/** The data sets that the host has. */
async function* datasetsOf(host: Pick<Host<Spec, Result>, "dataset">): AsyncGenerator<Progress, string[]> {
  const found = yield* available(materials, ({ id }) => host.dataset(id), "the data set");
  if (found.length === 0) throw new Error(`data: expected ${card.data.join(" or ")}, got neither`);
  return found.map(({ id }) => id);
}

/** Eleven losses under label noise. */
export const reproduction: Reproduction<Spec, Result> = {
  card,
  tuningSeeds: [...new Set(materials.flatMap(({ tuning }) => tuning.flat()))],
  trial,

  async *run(host) {
    const { seeds, fraction, settings: count, regime } = scales[host.scale];
    const specs = (yield* datasetsOf(host)).flatMap((dataset) =>
      settings.slice(0, count).flatMap(({ id: setting }) =>
        armsAt(host.scale).flatMap(({ id: loss }) => {
          const cell = { dataset, setting, loss };
          const configuration = chosen(tuned.choices, choiceName(cell), columns);
          const common = { judge: "test", fraction, regime } as const;
          return seedsOf(host, seeds).map((seed): Spec => ({ ...cell, configuration, seed, ...common }));
        }),
      ),
    );
    return reportOf(yield* collectTrials<Trial<Spec, Result>>(host, specs, describe));
  },

  async *tune(host) {
    return yield* tuneLosses(host, yield* datasetsOf(host));
  },
};
