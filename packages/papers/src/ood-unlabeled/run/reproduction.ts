import { type Choices, chosen } from "../../kit/choices.ts";
import { collectTrials, seedsOf } from "../../kit/collect.ts";
import { type Tuned, withCommitted } from "../../kit/tune-grid.ts";
import { type LatticeArm, tuneOnLattice } from "../../kit/tune-lattice.ts";
import type { Host, Reproduction, Scale } from "../../reproduction.ts";
import { card } from "../card.ts";
import tuned from "../tuned.json" with { type: "json" };
import { mixtureArms, mixtureSearches, type Search, type Setting, transferArms } from "./arms.ts";
import { domainOf, domains, placeOf } from "./domains.ts";
import type { MixtureSpec } from "./mixture.ts";
import { reportOf } from "./report.ts";
import { attack, firstSeed, mixture, type RegimeId, regimes, scales, tuningSeeds } from "./settings.ts";
import type { TransferSpec } from "./transfer.ts";
import { describe, type Measured, type Result, type Spec, trial } from "./trial.ts";

const choices: Choices = tuned.choices;
/** What is committed; each row has columns of its own. */
const committed: { rows: object[]; choices: object } = tuned;

/** The chosen setting of an arm. */
const settingOf = (place: string, arm: string, { axes }: Search) =>
  chosen(choices, `${place}: ${arm}`, Object.keys(axes));

function mixtureSpecs({ scale }: Host<Spec, Result>, seeds: readonly number[]): MixtureSpec[] {
  const { judged, unlabeled, shifts } = mixture;
  const { fraction, labeled } = scales[scale];
  const quick = scale === "quick";
  const specs: MixtureSpec[] = [];
  for (const seed of seeds)
    for (const m of labeled)
      for (const { id: arm, alone } of mixtureArms) {
        const setting = settingOf("mixture", arm, mixtureSearches[arm]);
        // What learns from labelled points alone is the same for all n; the other arms of the rule's n are for comparison.
        const sizes = alone ? [judged.n] : arm === "rss" && !quick ? unlabeled : [judged.n];
        for (const n of quick ? [200] : sizes)
          for (const shift of alone ? [0] : quick || arm !== "rss" ? [0, judged.shift] : shifts)
            specs.push({ part: "mixture", arm, setting, m, n, shift, seed, fraction });
      }
  return specs;
}

const domainsFor = (regime: RegimeId) => domains.filter((domain) => domain.regime === regime);

function transferSpecs({ scale }: Host<Spec, Result>, seeds: readonly number[]): TransferSpec[] {
  const quick = scale === "quick";
  const { fraction, regime } = scales[scale];
  const { labeled, shapes } = regimes[regime];
  const common = { judge: "test", fraction } as const;
  const specs: TransferSpec[] = [];
  for (const { id: domain } of quick ? domainsFor(regime).slice(2) : domainsFor(regime))
    for (const shape of quick ? shapes.slice(0, 1) : shapes)
      for (const { id: arm, search } of transferArms) {
        const setting = settingOf(placeOf({ domain, shape }), arm, search);
        for (const m of quick ? [10] : labeled)
          for (const seed of seeds)
            specs.push({ part: "transfer", arm, setting, domain, shape, m, seed, ...common });
      }
  const { domain, m, gammas } = attack;
  if (quick || domainOf(domain).regime !== regime) return specs;
  // The tuned dual parameter has been trained with already.
  const own = chosen(choices, `${domain}, linear: drl`, ["gamma"]).gamma;
  const drl = { part: "transfer", arm: "drl" } as const;
  for (const gamma of gammas.filter((g) => g !== own))
    for (const seed of seeds)
      specs.push({ ...drl, setting: { gamma }, domain, shape: "linear", m, seed, ...common });
  return specs;
}

/**
 * What is tuned at a scale: nine settings of every arm, then neighbours of the best; on real domains with each number of labelled rows. The full scale has
 * the simulation of the default one, and its choices there.
 */
export function lattices(scale: Scale): LatticeArm<Spec>[] {
  const quick = scale === "quick";
  const seeds = quick ? tuningSeeds.slice(0, 1) : tuningSeeds;
  const { fraction, regime } = scales[scale];
  const { m, n } = mixture.judged;
  const latticeOf = (place: string, arm: string, search: Search, specsOf: (setting: Setting) => Spec[]) => {
    return { ...search, choice: `${place}: ${arm}`, label: { place, arm }, start: search.first[0], specsOf };
  };
  const simulated = mixtureArms
    .filter(({ id }) => id !== "mean" && scale !== "full")
    .map(({ id: arm }) =>
      latticeOf("mixture", arm, mixtureSearches[arm], (setting) =>
        seeds.map((seed) => ({ part: "mixture", arm, setting, m, n, shift: 0, seed, fraction })),
      ),
    );
  const { labeled, shapes } = regimes[regime];
  const draws = labeled.flatMap((count) => seeds.slice(0, 2).map((seed) => ({ m: count, seed })));
  const common = { part: "transfer", judge: "tune", fraction } as const;
  const real = (quick ? domainsFor(regime).slice(2) : domainsFor(regime)).flatMap(({ id: domain }) =>
    shapes.flatMap((shape) =>
      transferArms.map(({ id: arm, search }) =>
        latticeOf(placeOf({ domain, shape }), arm, search, (setting) =>
          draws.map((draw) => ({ ...common, arm, setting, domain, shape, ...draw })),
        ),
      ),
    ),
  );
  return [...simulated, ...real];
}

/** The paper's simulation, and real domains that are not the labelled ones. */
export const reproduction: Reproduction<Spec, Result> = {
  card,
  firstSeed,
  tuningSeeds,
  trial,

  async *run(host) {
    const { mixtureSeeds, transferSeeds } = scales[host.scale];
    const specs = [
      ...mixtureSpecs(host, seedsOf(host, mixtureSeeds, firstSeed)),
      ...transferSpecs(host, seedsOf(host, transferSeeds, firstSeed)),
    ];
    return reportOf(yield* collectTrials<Measured>(host, specs, describe), choices);
  },

  /** On seeds of their own; on real domains judged by rows set apart. What is committed of other places stays. */
  async *tune(host) {
    const scoring = { describe, score: "accuracy", scoreOf: ({ accuracy }: Result) => accuracy };
    return withCommitted(
      yield* tuneOnLattice(host, lattices(host.scale), scoring),
      committed as Tuned,
      "place",
    );
  },
};
