import { type Choices, chosen } from "../kit/choices.ts";
import { collectTrials, seedsOf } from "../kit/collect.ts";
import { type Candidate, candidates, tuneGrid } from "../kit/tune-grid.ts";
import type { Host, Reproduction } from "../reproduction.ts";
import { mixtureArms, mixtureGrids, transferArms } from "./arms.ts";
import { domains } from "./data.ts";
import type { MixtureSpec } from "./mixture.ts";
import { card } from "./paper.ts";
import { reportOf } from "./report.ts";
import { attack, firstSeed, mixture, scales, shapes, transfer, tuningSeeds } from "./settings.ts";
import type { TransferSpec } from "./transfer.ts";
import { describe, type Measured, type Result, type Spec, trial } from "./trial.ts";
import tuned from "./tuned.json" with { type: "json" };

const choices: Choices = tuned.choices;

/** The chosen setting of an arm. */
const settingOf = (place: string, arm: string, [some]: readonly object[]) =>
  chosen(choices, `${place}: ${arm}`, Object.keys(some));

function mixtureSpecs({ scale }: Host<Spec, Result>, seeds: readonly number[]): MixtureSpec[] {
  const { judged, labeled, unlabeled, shifts } = mixture;
  const { fraction } = scales[scale];
  const quick = scale === "quick";
  const specs: MixtureSpec[] = [];
  for (const seed of seeds)
    for (const m of quick ? [judged.m] : labeled)
      for (const { id: arm, alone } of mixtureArms) {
        const setting = settingOf("mixture", arm, mixtureGrids[arm]);
        // What learns from labelled points alone is the same for all n; the other arms of the rule's n are for comparison.
        const sizes = alone ? [judged.n] : arm === "rss" && !quick ? unlabeled : [judged.n];
        for (const n of quick ? [200] : sizes)
          for (const shift of alone ? [0] : quick || arm !== "rss" ? [0, judged.shift] : shifts)
            specs.push({ part: "mixture", arm, setting, m, n, shift, seed, fraction });
      }
  return specs;
}

function transferSpecs({ scale }: Host<Spec, Result>, seeds: readonly number[]): TransferSpec[] {
  const quick = scale === "quick";
  const common = { judge: "test", fraction: scales[scale].fraction } as const;
  const specs: TransferSpec[] = [];
  for (const { id: domain } of quick ? domains.slice(2) : domains)
    for (const shape of quick ? shapes.slice(0, 1) : shapes)
      for (const { id: arm, grid } of transferArms) {
        const setting = settingOf(`${domain}, ${shape}`, arm, grid);
        for (const m of quick ? [10] : transfer.labeled)
          for (const seed of seeds)
            specs.push({ part: "transfer", arm, setting, domain, shape, m, seed, ...common });
      }
  if (quick) return specs;
  const { domain, m, gammas } = attack;
  // The tuned dual parameter has been trained with already.
  const own = chosen(choices, `${domain}, linear: drl`, ["gamma"]).gamma;
  const drl = { part: "transfer", arm: "drl" } as const;
  for (const gamma of gammas.filter((g) => g !== own))
    for (const seed of seeds)
      specs.push({ ...drl, setting: { gamma }, domain, shape: "linear", m, seed, ...common });
  return specs;
}

/** Six settings for every arm; on real domains with each number of labelled rows. */
function candidatesOf({ scale }: Host<Spec, Result>): Candidate<Spec>[] {
  const quick = scale === "quick";
  const seeds = quick ? tuningSeeds.slice(0, 1) : tuningSeeds;
  const { fraction } = scales[scale];
  const { m, n } = mixture.judged;
  const simulated = mixtureArms.flatMap(({ id: arm }) => {
    const [place, grid] = ["mixture", mixtureGrids[arm]];
    return candidates(`${place}: ${arm}`, { place, arm }, grid, seeds, (setting, seed): Spec => {
      return { part: "mixture", arm, setting, m, n, shift: 0, seed, fraction };
    });
  });
  const draws = transfer.labeled.flatMap((labeled) =>
    seeds.slice(0, 2).map((seed) => ({ m: labeled, seed })),
  );
  const common = { judge: "tune", fraction } as const;
  const real = (quick ? domains.slice(2) : domains).flatMap(({ id: domain }) =>
    shapes.flatMap((shape) =>
      transferArms.flatMap(({ id: arm, grid }) => {
        const place = `${domain}, ${shape}`;
        return candidates(`${place}: ${arm}`, { place, arm }, grid, draws, (setting, draw): Spec => {
          return { part: "transfer", arm, setting, domain, shape, ...draw, ...common };
        });
      }),
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

  /** On seeds of their own; on real domains judged by rows set apart. */
  tune: (host: Host<Spec, Result>) =>
    tuneGrid(host, candidatesOf(host), { describe, score: "accuracy", scoreOf: ({ accuracy }) => accuracy }),
};
