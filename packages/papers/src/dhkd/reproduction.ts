import { available } from "../kit/available.ts";
import { type Choices, chosen } from "../kit/choices.ts";
import { collectTrials, seedsOf } from "../kit/collect.ts";
import { tuneOnLattice } from "../kit/tune-lattice.ts";
import type { Host, Reproduction } from "../reproduction.ts";
import { arms, type Configuration, columns, dhkdArms, published, publishedVariant } from "./arms.ts";
import { card } from "./paper.ts";
import { reportOf } from "./report.ts";
import { type Material, scales, tuningSeeds } from "./settings.ts";
import { describe, type Measured, type Result, type Spec, trial } from "./trial.ts";
import tuned from "./tuned.json" with { type: "json" };

/** The variant of DHKD with the best accuracy in tuning. */
function tunedVariant(): string {
  const accuracy = (id: string): number => Number((tuned.choices as Choices)[id]?.accuracy ?? 0);
  return dhkdArms.reduce((best, id) => (accuracy(id) > accuracy(best) ? id : best));
}

/** Nine ways to distil a teacher into a small student, and a study of the conflict of the two losses. */
export const reproduction: Reproduction<Spec, Result> = {
  card,
  tuningSeeds,
  trial,

  async *run(host) {
    const { material: wanted, seeds, fraction } = scales[host.scale];
    const load = ({ id }: { id: Material }) => (id === "letter" ? host.dataset(id) : host.images(id));
    const asked = [{ id: wanted, bundled: wanted === "letter" }];
    // Without the characters letters are left.
    const material = (yield* available(asked, load, "the set of images"))[0]?.id ?? "letter";
    // The full scale is the paper's regime, with the paper's settings.
    const isTuned = material === "letter";
    const specs = seedsOf(host, seeds).flatMap((seed): Spec[] => [
      { part: "conflict", material, seed, fraction },
      ...arms.map((arm): Spec => {
        const configuration = isTuned ? chosen(tuned.choices, arm.id, columns) : published(arm);
        return { part: "arm", material, arm: arm.id, configuration, seed, judge: "test", fraction };
      }),
    ]);
    const trials = yield* collectTrials<Measured>(host, specs, describe);
    return reportOf(trials, isTuned ? tunedVariant() : publishedVariant);
  },

  /** The same search for every arm on letters, judged on rows that no measured run sees. */
  tune(host: Host<Spec, Result>) {
    const { fraction } = scales[host.scale];
    const searched = arms.map(({ id: arm, axes, first }) => ({
      ...{ choice: arm, label: { arm }, axes, first, start: first[0] },
      specsOf: (configuration: Configuration): Spec[] =>
        tuningSeeds.map((seed) => ({
          ...{ part: "arm", material: "letter", arm, configuration, seed },
          ...{ judge: "tune", fraction },
        })),
    }));
    const scoreOf = (result: Result): number => (result.part === "arm" ? result.accuracy : 0);
    return tuneOnLattice(host, searched, { describe, score: "accuracy", scoreOf });
  },
};
