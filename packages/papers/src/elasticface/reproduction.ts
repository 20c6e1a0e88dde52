import { collect } from "../collect.ts";
import { armOf } from "../embeddings/arms.ts";
import { materialOf } from "../embeddings/material.ts";
import { available, bestOf, type Choices, chosen, triedOf } from "../embeddings/run.ts";
import type { Host, Progress, Reproduction, ReproductionReport, Row } from "../reproduction.ts";
import { card } from "./paper.ts";
import { reportOf } from "./report.ts";
import { type Method, methods, sizes, trainedMethods, tuningSeeds } from "./settings.ts";
import { type Result, type Spec, trial } from "./trial.ts";
import tuned from "./tuned.json" with { type: "json" };
import { type ByMethod, judgedFar, tarsAt } from "./verdict.ts";

type ElasticHost = Host<Spec, Result>;

const choices: Choices = tuned.choices;
const messageOf = ({ material, arm, seed }: Spec): string => `${material}: ${arm}, seed ${seed}`;

async function* run(host: ElasticHost): AsyncGenerator<Progress, ReproductionReport> {
  const { seeds } = sizes[host.scale];
  const found = yield* available(Object.keys(seeds), host);
  const specs = found.flatMap(({ name }) =>
    methods.flatMap((method) =>
      Array.from({ length: host.seeds ?? seeds[name] }, (_, seed) => specOf(name, method, seed, host)),
    ),
  );
  const results = yield* collect(host, specs, messageOf);
  const byMaterial: Record<string, ByMethod> = {};
  specs.forEach(({ material, arm }, i) => {
    byMaterial[material] ??= {};
    const own = byMaterial[material];
    const method = arm as Method;
    own[method] = [...(own[method] ?? []), results[i]];
  });
  return reportOf(byMaterial);
}

function specOf(
  material: string,
  method: Method,
  seed: number,
  { scale }: Pick<ElasticHost, "scale">,
  configuration = method === "raw"
    ? { learningRate: 0, parameter: 0 }
    : chosen(choices, material, armOf(method)),
): Spec {
  const { epochs, pairs, fraction } = sizes[scale];
  return {
    material,
    arm: method,
    configuration,
    seed,
    epochs: Math.max(1, Math.round(materialOf(material).epochs * epochs)),
    pairs,
    fraction,
  };
}

/** Nine configurations for every loss, on splits of identities of their own, by the rate that the claim is judged by. */
async function* tune(
  host: ElasticHost,
): AsyncGenerator<Progress, { rows: Row[]; choices: Record<string, Row> }> {
  const found = yield* available(Object.keys(sizes[host.scale].seeds), host);
  const quick = host.scale === "quick";
  const tried = triedOf(
    found.map(({ name }) => name),
    quick ? trainedMethods.filter(({ id }) => id === "ElasticFace-Arc+") : trainedMethods,
    quick ? tuningSeeds.slice(0, 1) : tuningSeeds,
  );
  const specs = tried.map(({ material, arm, seed, configuration }) =>
    specOf(material, arm.id as Method, seed, host, configuration),
  );
  const results = yield* collect(host, specs, messageOf);
  return bestOf(tried, tarsAt(results, judgedFar), "TAR at FAR 1e-2");
}

/** Verification of identities that were not trained on, by twelve losses. */
export const reproduction: Reproduction<Spec, Result> = { card, trial, run, tune };
