import { materialOf } from "../../embeddings/material.ts";
import {
  byMethod,
  configurationOf,
  type EmbeddingSpec,
  materialsOf,
  tuneEmbeddings,
  tuningSeeds,
} from "../../embeddings/run.ts";
import { collectTrials, seedsOf } from "../../kit/collect.ts";
import { resultsWhere } from "../../kit/evidence.ts";
import type { Host, Reproduction, Scale } from "../../reproduction.ts";
import { card } from "../card.ts";
import tuned from "../tuned.json" with { type: "json" };
import { methods, trainedMethods } from "./arms.ts";
import type { NovelResult, NovelSpec } from "./novel.ts";
import { reportOf } from "./report.ts";
import { scales, supportsOf } from "./settings.ts";
import { describe, type Measured, type Result, type Spec, trial } from "./trial.ts";
import { disjointOf } from "./verdict.ts";

const specOf =
  (scale: Scale) =>
  (of: Pick<EmbeddingSpec, "material" | "arm" | "seed" | "configuration">): NovelSpec => {
    const { draws, fraction, epochs: times } = scales[scale];
    const epochs = Math.max(1, Math.round(times * materialOf(of.material).epochs));
    return { part: "novel", ...of, epochs, supports: supportsOf(of.material), draws, fraction };
  };

/** Runs the authors' tutorial, and nine methods on new classes together with old ones or alone. */
export const reproduction: Reproduction<Spec, Result> = {
  card,
  tuningSeeds,
  trial,

  async *run(host) {
    const size = scales[host.scale];
    const found = yield* materialsOf(size.materials, host);
    const { seeds, images, epochs } = size.tutorial;
    const specs: Spec[] = seedsOf(host, seeds).map((seed) => ({ part: "tutorial", seed, images, epochs }));
    for (const { id: material } of found)
      for (const arm of methods)
        for (const seed of seedsOf(host, size.seeds)) {
          const configuration = configurationOf(tuned.choices, material, arm);
          specs.push(specOf(host.scale)({ material, arm, seed, configuration }));
        }
    const trials = yield* collectTrials<Measured>(host, specs, describe);
    return reportOf({
      tutorial: resultsWhere(trials, { part: "tutorial" }),
      byMaterial: byMethod(found, methods, (material, arm) =>
        resultsWhere(trials, { part: "novel", material, arm }),
      ),
    });
  },

  /** By the accuracy on new classes from five examples. */
  async *tune(host) {
    const found = yield* materialsOf(scales[host.scale].materials, host);
    return yield* tuneEmbeddings(host as unknown as Host<NovelSpec, NovelResult>, {
      names: found.map(({ id }) => id),
      arms: trainedMethods,
      quickArm: methods[0],
      seeds: tuningSeeds,
      specOf: specOf(host.scale),
      describe,
      score: "new, 5 examples",
      scoreOf: (result, { material }) => disjointOf([result], String(material))[0],
    });
  },
};
