import { type Choices, chosen } from "../kit/choices.ts";
import { collectTrials, seedsOf } from "../kit/collect.ts";
import { candidates, tuneGrid } from "../kit/tune-grid.ts";
import type { Host, Reproduction } from "../reproduction.ts";
import { arms, columns, dhkdArms } from "./arms.ts";
import { card } from "./paper.ts";
import { reportOf } from "./report.ts";
import { scales, tuningSeeds } from "./settings.ts";
import { describe, type Measured, type Result, type Spec, trial } from "./trial.ts";
import tuned from "./tuned.json" with { type: "json" };

/** The variant of DHKD with the best accuracy in tuning. */
function judgedVariant(): string {
  const accuracy = (id: string): number => Number((tuned.choices as Choices)[id]?.accuracy ?? 0);
  return dhkdArms.reduce((best, id) => (accuracy(id) > accuracy(best) ? id : best));
}

/** Nine ways to distil a teacher into a small student, and a study of the conflict of the two losses. */
export const reproduction: Reproduction<Spec, Result> = {
  card,
  tuningSeeds,
  trial,

  async *run(host) {
    const { seeds, fraction } = scales[host.scale];
    const specs = seedsOf(host, seeds).flatMap((seed): Spec[] => [
      { part: "conflict", seed, fraction },
      ...arms.map(({ id }): Spec => {
        const configuration = chosen(tuned.choices, id, columns);
        return { part: "arm", arm: id, configuration, seed, judge: "test", fraction };
      }),
    ]);
    return reportOf(yield* collectTrials<Measured>(host, specs, describe), judgedVariant());
  },

  /** Six configurations for every arm, judged on rows that no measured run sees. */
  tune(host: Host<Spec, Result>) {
    const { fraction } = scales[host.scale];
    const common = { judge: "tune", fraction } as const;
    const tried = arms.flatMap(({ id: arm, grid }) =>
      candidates(arm, { arm }, grid, tuningSeeds, (configuration, seed): Spec => {
        return { part: "arm", arm, configuration, seed, ...common };
      }),
    );
    const scoreOf = (result: Result): number => (result.part === "arm" ? result.accuracy : 0);
    return tuneGrid(host, tried, { describe, score: "accuracy", scoreOf });
  },
};
