import { byMethod, embeddingSpec, materialsOf, tuneEmbeddings, tuningSeeds } from "../embeddings/run.ts";
import { collectTrials, seedsOf, type Trial } from "../kit/collect.ts";
import { resultsWhere } from "../kit/evidence.ts";
import type { Host, Reproduction, Scale } from "../reproduction.ts";
import { methods, trainedMethods } from "./arms.ts";
import { card } from "./paper.ts";
import { reportOf } from "./report.ts";
import { scales } from "./settings.ts";
import { type Result, type Spec, trial } from "./trial.ts";
import tuned from "./tuned.json" with { type: "json" };
import { judgedFar, tarsAt } from "./verdict.ts";

const describe = ({ material, arm, seed }: Spec): string => `${material}: ${arm}, seed ${seed}`;

const specOf =
  (scale: Scale) =>
  (of: Pick<Spec, "material" | "arm" | "seed">): Spec => {
    const { epochs, pairs, fraction } = scales[scale];
    return { ...embeddingSpec(tuned.choices, of, epochs), pairs, fraction };
  };

/** Verification of identities that were not trained on, by twelve losses. */
export const reproduction: Reproduction<Spec, Result> = {
  card,
  tuningSeeds,
  trial,

  async *run(host) {
    const { seeds } = scales[host.scale];
    const found = yield* materialsOf(Object.keys(seeds), host);
    const specs = found.flatMap(({ id: material }) =>
      methods.flatMap((arm) =>
        seedsOf(host, seeds[material]).map((seed) => specOf(host.scale)({ material, arm, seed })),
      ),
    );
    const trials = yield* collectTrials<Trial<Spec, Result>>(host, specs, describe);
    const byMaterial = byMethod(found, methods, (material, arm) => resultsWhere(trials, { material, arm }));
    return reportOf(byMaterial);
  },

  /** By the rate that the claim is judged by. */
  tune: (host: Host<Spec, Result>) =>
    tuneEmbeddings(host, {
      names: Object.keys(scales[host.scale].seeds),
      arms: trainedMethods,
      quickArm: "ElasticFace-Arc+",
      specOf: specOf(host.scale),
      describe,
      score: "TAR at FAR 1e-2",
      scoreOf: (result) => tarsAt([result], judgedFar)[0],
    }),
};
