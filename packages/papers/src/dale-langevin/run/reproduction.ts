import { available } from "../../kit/available.ts";
import { collectTrials, seedsOf } from "../../kit/collect.ts";
import type { Host, Progress, Reproduction } from "../../reproduction.ts";
import { card } from "../card.ts";
import { reportOf } from "./report.ts";
import { scales } from "./settings.ts";
import { describe, type Measured, type Result, type Spec, trial } from "./trial.ts";

/** The longest trials first, so that workers end together. Clothes are left out where their files are missing. */
async function* specsOf(host: Host<Spec, Result>): AsyncGenerator<Progress, Spec[]> {
  const { seeds, sizes, clothes } = scales[host.scale];
  const each = seedsOf(host, seeds);
  const wanted = clothes === undefined ? [] : [{ id: "fashion", ...clothes }];
  const load = () => Promise.all(["fashion-train", "fashion-test"].map(host.images));
  const found = yield* available(wanted, load, "the set of images");
  return [
    ...found.flatMap((own) =>
      each.slice(0, own.seeds).map((seed): Spec => ({ part: "clothes", seed, sizes: own.sizes })),
    ),
    ...each.map((seed): Spec => ({ part: "digits", seed, sizes })),
    ...each.map((seed): Spec => ({ part: "points", seed, sizes })),
    { part: "exact" },
  ];
}

/** Generates digits and points by multiplicative and by additive noise, and removes speckle. */
export const reproduction: Reproduction<Spec, Result> = {
  card,
  tuningSeeds: [],
  trial,
  async *run(host) {
    return reportOf(yield* collectTrials<Measured>(host, yield* specsOf(host), describe));
  },
};
