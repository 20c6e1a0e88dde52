import { embeddingSpec, materialsOf, tuneEmbeddings } from "../embeddings/run.ts";
import { collect, seedsOf } from "../kit/collect.ts";
import type { Host, Reproduction, Scale } from "../reproduction.ts";
import { type Method, methods, trainedMethods } from "./arms.ts";
import { card } from "./paper.ts";
import { reportOf } from "./report.ts";
import { sizes } from "./settings.ts";
import { type Result, type Spec, trial } from "./trial.ts";
import tuned from "./tuned.json" with { type: "json" };
import { type ByMethod, judgedFar, tarsAt } from "./verdict.ts";

const describe = ({ material, arm, seed }: Spec): string => `${material}: ${arm}, seed ${seed}`;

const specOf =
  (scale: Scale) =>
  (of: Pick<Spec, "material" | "arm" | "seed">): Spec => {
    const { epochs, pairs, fraction } = sizes[scale];
    return { ...embeddingSpec(tuned.choices, of, epochs), pairs, fraction };
  };

/** Verification of identities that were not trained on, by twelve losses. */
export const reproduction: Reproduction<Spec, Result> = {
  card,
  trial,

  async *run(host) {
    const { seeds } = sizes[host.scale];
    const found = yield* materialsOf(Object.keys(seeds), host);
    const specs = found.flatMap(({ id: material }) =>
      methods.flatMap((arm) =>
        seedsOf(host, seeds[material]).map((seed) => specOf(host.scale)({ material, arm, seed })),
      ),
    );
    const results = yield* collect(host, specs, describe);
    const byMaterial: Record<string, ByMethod> = {};
    specs.forEach(({ material, arm }, i) => {
      byMaterial[material] ??= {};
      const own = byMaterial[material];
      const method = arm as Method;
      own[method] = [...(own[method] ?? []), results[i]];
    });
    return reportOf(byMaterial);
  },

  /** By the rate that the claim is judged by. */
  tune: (host: Host<Spec, Result>) =>
    tuneEmbeddings(host, {
      names: Object.keys(sizes[host.scale].seeds),
      arms: trainedMethods,
      quickArm: "ElasticFace-Arc+",
      specOf: specOf(host.scale),
      describe,
      score: "TAR at FAR 1e-2",
      scoreOf: (result) => tarsAt([result], judgedFar)[0],
    }),
};
