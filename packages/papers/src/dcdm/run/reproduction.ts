import { chosen } from "../../kit/choices.ts";
import { runOf, seedsOf } from "../../kit/collect.ts";
import { mean } from "../../kit/statistics.ts";
import { type LatticeArm, tuneOnLattice } from "../../kit/tune-lattice.ts";
import type { Host, Reproduction } from "../../reproduction.ts";
import { card } from "../card.ts";
import tuned from "../tuned.json" with { type: "json" };
import { memories, nets } from "./arms.ts";
import { reportOf } from "./report.ts";
import { axes, type Configuration, columns, firstConfigurations, scales, tuning } from "./settings.ts";
import { describe, type Measured, type Result, type Spec, trial } from "./trial.ts";

function specsOf(host: Host<Spec, Result>): Spec[] {
  const { seeds, size, sizes, solves, channels, examples, batch, epochs, most } = scales[host.scale];
  const all = seedsOf(host, seeds);
  const base = (seed: number) => ({ seed, size, sizes, solves, shown: seed === all[0] });
  // The longest first, so that workers end together.
  return [
    ...all.flatMap((seed) =>
      nets.map(({ id: net }): Spec => {
        const training = { channels, examples, batch, epochs, most };
        const configuration = chosen(tuned.choices, net, columns);
        return { part: "network", net, ...base(seed), ...training, configuration, memories: [...memories] };
      }),
    ),
    ...all.map((seed): Spec => ({ part: "classical", ...base(seed) })),
  ];
}

/** Compares two networks trained on an empty box with solvers without a network. */
export const reproduction: Reproduction<Spec, Result> = {
  card,
  tuningSeeds: tuning.seeds,
  trial,

  run: runOf<Measured>(specsOf, describe, reportOf),

  /** Tunes the training of each network by iterations to 1e-4 with k = 2 on all families. */
  tune(host: Host<Spec, Result>) {
    const { size, channels, examples, batch, epochs, most } = scales[host.scale];
    const training = { size, sizes: [], channels, examples, batch, epochs, most, shown: false };
    const searched = nets.map(
      ({ id: net }): LatticeArm<Spec, keyof Configuration> => ({
        choice: net,
        label: { network: net },
        axes,
        first: firstConfigurations,
        start: firstConfigurations[0],
        specsOf: (configuration) =>
          tuning.seeds.map((seed): Spec => {
            const spec = { ...training, net, seed, configuration, solves: tuning.solves };
            return { part: "network", ...spec, memories: [2] };
          }),
      }),
    );
    const scoreOf = (result: Result): number =>
      result.part === "network"
        ? mean(result.families.flatMap(({ solved }) => solved.iterations[0]))
        : Number.NaN;
    return tuneOnLattice(host, searched, { describe, score: "iterations", scoreOf, best: "least" });
  },
};
