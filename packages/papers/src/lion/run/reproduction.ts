import { chosen } from "../../kit/choices.ts";
import { runOf, seedsOf } from "../../kit/collect.ts";
import { grid } from "../../kit/grid.ts";
import { type LatticeArm, tuneOnLattice } from "../../kit/tune-lattice.ts";
import type { Host, Reproduction, Scale } from "../../reproduction.ts";
import { card } from "../card.ts";
import tuned from "../tuned.json" with { type: "json" };
import { arms, type Configuration, columns } from "./arms.ts";
import { kappaCases } from "./kappas.ts";
import { reportOf } from "./report.ts";
import { decays, large, largeArms, regimes, scales, tuningSeeds } from "./settings.ts";
import { describe, type Measured, type Result, type Spec, trial } from "./trial.ts";

function specsOf(host: Host<Spec, Result>): Spec[] {
  const { seeds, fraction, everyKappa, regime } = scales[host.scale];
  const taken = (_: unknown, i: number): boolean => i % everyKappa === 0;
  const panel = arms.filter(({ relative }) => relative === true).filter(taken);
  const compared = [...arms.filter(({ relative }) => relative !== true), ...panel];
  const epochs = (full: number): number => Math.max(1, Math.round(full * fraction));
  return seedsOf(host, seeds).flatMap((seed): Spec[] => {
    const own = { regime, epochs: epochs(regimes[regime].epochs) };
    const base = { part: "network", ...own, seed, judge: "test", start: 1 } as const;
    const { factor, weightDecay, learningRate } = large;
    return [
      // The longest first: no worker has to wait for one in the end.
      ...largeArms.map((arm): Spec => {
        const configuration = { learningRate, weightDecay };
        const long = { start: factor, epochs: epochs(regimes[regime].largeEpochs) };
        return { ...base, purpose: "large", arm, configuration, ...long };
      }),
      ...compared.map(({ id: arm }): Spec => {
        return { ...base, purpose: "tuned", arm, configuration: chosen(tuned.choices, arm, columns) };
      }),
      ...decays.values.map((value): Spec => {
        const configuration = { learningRate: decays.learningRate, weightDecay: value };
        return { ...base, purpose: "decay", arm: "lion", configuration };
      }),
      ...kappaCases.filter(taken).map(({ id }): Spec => ({ part: "quadratic", kappa: id, seed, fraction })),
    ];
  });
}

/** What is tuned, on the digits for every scale: every second rate with every second decay is tried, then neighbours of the best until none is untried. */
export function lattices(scale: Scale): LatticeArm<Spec, keyof Configuration>[] {
  const epochs = Math.max(1, Math.round(regimes.digits.epochs * scales[scale].fraction));
  const own = { regime: "digits", epochs } as const;
  const common = { part: "network", ...own, purpose: "tuned", judge: "tune", start: 1 } as const;
  const second = (values: readonly number[]): number[] => values.filter((_, i) => i % 2 === 0);
  return arms.map(({ id: arm, axes }) => {
    const first = grid({
      learningRate: second(axes.learningRate),
      weightDecay: second(axes.weightDecay),
    });
    const specsOf = (configuration: Configuration): Spec[] =>
      tuningSeeds.map((seed) => ({ ...common, arm, configuration, seed }));
    return { choice: arm, label: { arm }, axes, start: first[0], first, specsOf };
  });
}

/** Every kappa on quadratics, sixteen optimizers on networks, Lion from starts that are too large. */
export const reproduction: Reproduction<Spec, Result> = {
  card,
  tuningSeeds,
  trial,

  run: runOf<Measured>(specsOf, describe, reportOf),

  /** Judged by training rows held out. */
  tune: (host: Host<Spec, Result>) =>
    tuneOnLattice(host, lattices(host.scale), {
      describe,
      score: "accuracy",
      scoreOf: (result) => (result.part === "network" ? result.accuracy : 0),
    }),
};
