import { collect } from "../collect.ts";
import { armOf } from "../embeddings/arms.ts";
import { materialOf } from "../embeddings/material.ts";
import { available, bestOf, type Choices, chosen, triedOf } from "../embeddings/run.ts";
import type { Host, Progress, Reproduction, ReproductionReport, Row } from "../reproduction.ts";
import { type NovelResult, type NovelSpec, novelTrial } from "./novel.ts";
import { card } from "./paper.ts";
import { reportOf } from "./report.ts";
import { type Method, methods, sizes, supportsOf, trainedMethods, tuningSeeds } from "./settings.ts";
import tuned from "./tuned.json" with { type: "json" };
import { type TutorialResult, type TutorialSpec, tutorialTrial } from "./tutorial.ts";
import { type ByMethod, disjointOf } from "./verdict.ts";

export type Spec = NovelSpec | TutorialSpec;
export type Result = NovelResult | TutorialResult;
type NormfaceHost = Host<Spec, Result>;

const choices: Choices = tuned.choices;
const count = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
const messageOf = (spec: Spec): string =>
  spec.part === "tutorial"
    ? `tutorial, seed ${spec.seed}`
    : `${spec.material}: ${spec.arm}, seed ${spec.seed}`;

async function* run(host: NormfaceHost): AsyncGenerator<Progress, ReproductionReport> {
  const size = sizes[host.scale];
  const found = yield* available(size.materials, host);
  const { seeds, images, epochs } = size.tutorial;
  const specs: Spec[] = count(host.seeds ?? seeds).map((seed) => ({
    part: "tutorial",
    seed,
    images,
    epochs,
  }));
  for (const { name } of found)
    for (const method of methods)
      for (const seed of count(host.seeds ?? size.seeds)) specs.push(specOf(name, method, seed, host));
  const results = yield* collect(host, specs, messageOf);
  const byMaterial: Record<string, ByMethod> = {};
  for (const { name } of found) {
    byMaterial[name] = {};
    for (const method of methods)
      byMaterial[name][method] = results.filter((_, i) => {
        const spec = specs[i];
        return spec.part === "novel" && spec.material === name && spec.arm === method;
      }) as NovelResult[];
  }
  return reportOf({ tutorial: results.filter((r) => r.part === "tutorial"), byMaterial });
}

function specOf(
  material: string,
  method: Method,
  seed: number,
  { scale }: Pick<NormfaceHost, "scale">,
  configuration = method === "raw"
    ? { learningRate: 0, parameter: 0 }
    : chosen(choices, material, armOf(method)),
): NovelSpec {
  const { draws, fraction, epochs } = sizes[scale];
  return {
    part: "novel",
    material,
    arm: method,
    configuration,
    seed,
    epochs: Math.max(1, Math.round(materialOf(material).epochs * epochs)),
    supports: supportsOf(material),
    draws,
    fraction,
  };
}

/** Nine configurations for every method, on class splits of their own, by the accuracy on new classes from five examples. */
async function* tune(
  host: NormfaceHost,
): AsyncGenerator<Progress, { rows: Row[]; choices: Record<string, Row> }> {
  const found = yield* available(sizes[host.scale].materials, host);
  const quick = host.scale === "quick";
  const tried = triedOf(
    found.map(({ name }) => name),
    quick ? trainedMethods.slice(0, 1) : trainedMethods,
    quick ? tuningSeeds.slice(0, 1) : tuningSeeds,
  );
  const specs = tried.map(({ material, arm, seed, configuration }) =>
    specOf(material, arm.id as Method, seed, host, configuration),
  );
  const results = yield* collect(host, specs, messageOf);
  const scores = results.map((r, i) => disjointOf([r as NovelResult], tried[i].material)[0]);
  return bestOf(tried, scores, "new, 5 examples");
}

/** The authors' tutorial, and new classes beside old ones or alone, by nine methods. */
export const reproduction: Reproduction<Spec, Result> = {
  card,
  trial: (spec, host) => (spec.part === "novel" ? novelTrial(spec, host) : tutorialTrial(spec, host)),
  run,
  tune,
};
