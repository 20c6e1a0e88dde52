import { byMethod, configurationOf, materialsOf, tuneEmbeddings, tuningSeeds } from "../../embeddings/run.ts";
import { collectTrials, seedsOf, type Trial } from "../../kit/collect.ts";
import { resultsWhere } from "../../kit/evidence.ts";
import type { Host, Reproduction, Scale } from "../../reproduction.ts";
import { card } from "../card.ts";
import tuned from "../tuned.json" with { type: "json" };
import { methods, trainedMethods } from "./arms.ts";
import { reportOf } from "./report.ts";
import { type Regime, scales } from "./settings.ts";
import { type Result, type Spec, trial } from "./trial.ts";
import { judgedFar, tarsAt } from "./verdict.ts";

const describe = ({ material, arm, seed }: Spec): string => `${material}: ${arm}, seed ${seed}`;

const specOf = (
  scale: Scale,
  { material, epochs }: Regime,
  of: Pick<Spec, "arm" | "seed" | "configuration">,
): Spec => {
  const { pairs, fraction } = scales[scale];
  return { material, epochs, pairs, fraction, ...of };
};

/** Regimes of a scale whose data are there. */
async function* regimesOf(host: Host<Spec, Result>) {
  const { regimes } = scales[host.scale];
  const found = yield* materialsOf(
    regimes.map(({ material }) => material),
    host,
  );
  return regimes.filter(({ material }) => found.some(({ id }) => id === material));
}

/** Verification of identities that were not trained on, by twelve losses. */
export const reproduction: Reproduction<Spec, Result> = {
  card,
  tuningSeeds,
  trial,

  async *run(host) {
    const regimes = yield* regimesOf(host);
    const specs = regimes.flatMap((regime) =>
      methods.flatMap((arm) =>
        seedsOf(host, regime.seeds).map((seed) =>
          specOf(host.scale, regime, {
            arm,
            seed,
            configuration: configurationOf(tuned.choices, regime.chosenOn, arm),
          }),
        ),
      ),
    );
    const trials = yield* collectTrials<Trial<Spec, Result>>(host, specs, describe);
    const found = regimes.map(({ material }) => ({ id: material }));
    return reportOf(byMethod(found, methods, (material, arm) => resultsWhere(trials, { material, arm })));
  },

  /** By the rate that the claim is judged by. */
  async *tune(host) {
    const regimes = (yield* regimesOf(host)).filter(({ material, chosenOn }) => material === chosenOn);
    return yield* tuneEmbeddings(host, {
      names: regimes.map(({ material }) => material),
      arms: trainedMethods,
      quickArm: "ElasticFace-Arc+",
      seeds: tuningSeeds.slice(0, 2),
      specOf: (of) => specOf(host.scale, regimes.find(({ material }) => material === of.material)!, of),
      describe,
      score: "TAR at FAR 1e-2",
      scoreOf: (result) => tarsAt([result], judgedFar)[0],
    });
  },
};
