import { type Choices, chosen } from "../../kit/choices.ts";
import { collectTrials, seedsOf } from "../../kit/collect.ts";
import { grid } from "../../kit/grid.ts";
import { candidates, tuneGrid } from "../../kit/tune-grid.ts";
import type { Host, Reproduction } from "../../reproduction.ts";
import { card } from "../card.ts";
import tuned from "../tuned.json" with { type: "json" };
import { adapted, arms, tunedArms } from "./arms.ts";
import type { Draw } from "./material.ts";
import { reportOf } from "./report.ts";
import { rates, scales, tuningSeeds } from "./settings.ts";
import type { TaskName } from "./tasks.ts";
import { describe, type Measured, type Result, type Spec, trial } from "./trial.ts";

type Rate = { learningRate: number };

/** Specs of the arms of one way of training, all arms of a seed one after the other: they share canvases and heads. */
const scratch = (task: TaskName, draw: Draw, rateOf: (arm: string) => Rate): Spec[] =>
  arms.map(({ id: arm }): Spec => ({ part: "scratch", task, arm, ...rateOf(arm), ...draw }));

/** Segmenters and detectors of dark canvases with and without something before them. */
export const reproduction: Reproduction<Spec, Result> = {
  card,
  tuningSeeds,
  trial,

  async *run(host: Host<Spec, Result>) {
    const { seeds, sizes } = scales[host.scale];
    const rate = (part: string) => (arm: string) =>
      chosen(tuned.choices as Choices, `${part}, ${arm === "longer" ? "none" : arm}`, ["learningRate"]);
    const specs = seedsOf(host, seeds).flatMap((seed): Spec[] => {
      const draw: Draw = { regime: "wide", seed, judge: "test", sizes };
      const light = { ...draw, regime: "constant" } as const;
      return [
        ...scratch("segmentation", draw, rate("scratch")),
        ...adapted.map(({ id: arm }): Spec => ({ part: "adapted", arm, ...rate("adapted")(arm), ...draw })),
        ...(host.scale !== "full"
          ? []
          : [
              ...scratch("detection", draw, rate("scratch")),
              ...scratch("segmentation", light, rate("scratch")),
            ]),
      ];
    });
    return reportOf(yield* collectTrials<Measured>(host, specs, describe));
  },

  /** The same learning rates for every arm, judged on canvases of pictures and seeds that no measured run sees. */
  tune(host) {
    const { sizes } = scales[host.scale];
    const draw = { regime: "wide", judge: "tune", sizes } as const;
    const points = (part: keyof typeof rates) => grid({ learningRate: rates[part] });
    const tried = [
      ...tunedArms.flatMap(({ id: arm }) =>
        candidates(
          `scratch, ${arm}`,
          { part: "scratch", arm },
          points("scratch"),
          tuningSeeds,
          (own, seed): Spec => {
            return { part: "scratch", task: "segmentation", arm, ...own, seed, ...draw };
          },
        ),
      ),
      ...adapted.flatMap(({ id: arm }) =>
        candidates(
          `adapted, ${arm}`,
          { part: "adapted", arm },
          points("adapted"),
          tuningSeeds,
          (own, seed): Spec => {
            return { part: "adapted", arm, ...own, seed, ...draw };
          },
        ),
      ),
    ];
    return tuneGrid(host, tried, { describe, score: "mIoU", scoreOf: ({ score }) => score });
  },
};
