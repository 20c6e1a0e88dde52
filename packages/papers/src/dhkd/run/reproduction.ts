import { available } from "../../kit/available.ts";
import { chosen } from "../../kit/choices.ts";
import { collectTrials, seedsOf } from "../../kit/collect.ts";
import { withCommitted } from "../../kit/tune-grid.ts";
import { tuneOnLattice } from "../../kit/tune-lattice.ts";
import type { Host, Progress, Reproduction } from "../../reproduction.ts";
import { card } from "../card.ts";
import tuned from "../tuned.json" with { type: "json" };
import { arms, columns } from "./arms.ts";
import { reportOf } from "./report.ts";
import { type Material, scales, tuningSeeds } from "./settings.ts";
import { describe, type Measured, type Result, type Spec, trial } from "./trial.ts";
import { choiceOf, choices, lattices, tunedVariant } from "./tuning.ts";

/** Returns the material of a scale: letters where the characters are missing. */
async function* materialOf(host: Host<Spec, Result>): AsyncGenerator<Progress, Material> {
  const { material: wanted } = scales[host.scale];
  const load = ({ id }: { id: Material }) => (id === "letter" ? host.dataset(id) : host.images(id));
  const asked = [{ id: wanted, bundled: wanted === "letter" }];
  return (yield* available(asked, load, "the set of images"))[0]?.id ?? "letter";
}

/** Compares nine ways to train a small student, most with a teacher, and studies the conflict of the two losses. */
export const reproduction: Reproduction<Spec, Result> = {
  card,
  tuningSeeds: [...new Set(Object.values(tuningSeeds).flat())],
  trial,

  async *run(host) {
    const { seeds, fraction } = scales[host.scale];
    const material = yield* materialOf(host);
    const specs = seedsOf(host, seeds).flatMap((seed): Spec[] => [
      { part: "conflict", material, seed, fraction },
      ...arms.map(({ id: arm }): Spec => {
        const configuration = chosen(choices, choiceOf(material, arm), columns);
        return { part: "arm", material, arm, configuration, seed, judge: "test", fraction };
      }),
    ]);
    const trials = yield* collectTrials<Measured>(host, specs, describe);
    return reportOf(trials, tunedVariant(material));
  },

  /** Runs the same search for every arm on the material of the scale; committed choices of the other material stay. */
  async *tune(host) {
    const { fraction } = scales[host.scale];
    const material = yield* materialOf(host);
    const message = `tuning on ${material}; choices for other data stay as they are committed`;
    yield { done: 0, total: 0, message };
    const scoreOf = (result: Result): number => (result.part === "arm" ? result.accuracy : 0);
    const scoring = { describe, score: "accuracy", scoreOf };
    const found = yield* tuneOnLattice(host, lattices(material, fraction), scoring);
    return withCommitted(found, tuned, "material");
  },
};
