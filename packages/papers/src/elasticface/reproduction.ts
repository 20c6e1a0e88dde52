import { byMethod, materialsOf, tuningSeeds } from "../embeddings/run.ts";
import { chosen } from "../kit/choices.ts";
import { collectTrials, seedsOf, type Trial } from "../kit/collect.ts";
import { resultsWhere } from "../kit/evidence.ts";
import { tuneOnLattice } from "../kit/tune-lattice.ts";
import type { Host, Reproduction, Scale } from "../reproduction.ts";
import { methods } from "./arms.ts";
import { columns, lattices } from "./lattice.ts";
import { card } from "./paper.ts";
import { reportOf } from "./report.ts";
import { firstRate, type Regime, scales } from "./settings.ts";
import { type Result, type Spec, trial } from "./trial.ts";
import tuned from "./tuned.json" with { type: "json" };
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

const configurationOf = ({ chosenOn }: Regime, arm: string): Spec["configuration"] =>
  arm === "raw"
    ? { learningRate: 0, parameter: 0, scale: 0 }
    : chosen(tuned.choices, `${chosenOn}, ${arm}`, columns);

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
          specOf(host.scale, regime, { arm, seed, configuration: configurationOf(regime, arm) }),
        ),
      ),
    );
    const trials = yield* collectTrials<Trial<Spec, Result>>(host, specs, describe);
    const found = regimes.map(({ material }) => ({ id: material }));
    return reportOf(byMethod(found, methods, (material, arm) => resultsWhere(trials, { material, arm })));
  },

  /** By the rate that the claim is judged by; at the quick scale one loss, seed and round. */
  async *tune(host) {
    const quick = host.scale === "quick";
    const regimes = yield* regimesOf(host);
    const seeds = tuningSeeds.slice(0, quick ? 1 : 2);
    const arms = regimes
      .filter(({ material }) => material in firstRate)
      .flatMap((regime) =>
        lattices(regime.material, (arm, configuration) =>
          seeds.map((seed) => specOf(host.scale, regime, { arm, seed, configuration })),
        ),
      );
    return yield* tuneOnLattice(
      host,
      quick ? arms.filter(({ label }) => label.arm === "ElasticFace-Arc+") : arms,
      {
        describe,
        score: "TAR at FAR 1e-2",
        scoreOf: (result) => tarsAt([result], judgedFar)[0],
        rounds: quick ? 1 : undefined,
      },
    );
  },
};
