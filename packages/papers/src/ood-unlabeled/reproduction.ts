import { collect } from "../collect.ts";
import type { Host, Progress, Reproduction, ReproductionReport, Row } from "../reproduction.ts";
import { rounded } from "../statistics.ts";
import { domains } from "./domains.ts";
import {
  type MixtureArm,
  type MixtureResult,
  type MixtureSetting,
  type MixtureSpec,
  mixtureArms,
  mixtureGrids,
  mixtureTrial,
} from "./mixture.ts";
import { card } from "./paper.ts";
import { type Measured, reportOf } from "./report.ts";
import { attack, firstSeed, mixture, scales, shapes, transfer, tuningSeeds } from "./settings.ts";
import {
  type TransferResult,
  type TransferSetting,
  type TransferSpec,
  transferArms,
  transferTrial,
} from "./transfer.ts";
import tuned from "./tuned.json" with { type: "json" };

export type Spec = MixtureSpec | TransferSpec;
export type Result = MixtureResult | TransferResult;
type OodHost = Host<Spec, Result>;

export const reproduction: Reproduction<Spec, Result> = {
  card,
  trial: (spec, host) => (spec.part === "mixture" ? mixtureTrial(spec, host) : transferTrial(spec, host)),
  run,
  tune,
};

const seedsFrom = (first: number, count: number): number[] =>
  Array.from({ length: count }, (_, i) => first + i);

async function* run(host: OodHost): AsyncGenerator<Progress, ReproductionReport> {
  const size = scales[host.scale];
  const fraction = size.fraction;
  const specs: Spec[] = [];
  const { judged, labeled, unlabeled, shifts } = mixture;
  const quick = host.scale === "quick";
  for (const seed of seedsFrom(firstSeed, host.seeds ?? size.mixtureSeeds))
    for (const m of quick ? [judged.m] : labeled)
      for (const { id: arm, alone } of mixtureArms) {
        const setting = choiceOf<MixtureSetting>("mixture", arm);
        // What learns from labelled points alone is the same for all n; the other arms of the rule's n are for comparison.
        const sizes = alone ? [judged.n] : arm === "rss" && !quick ? unlabeled : [judged.n];
        for (const n of quick ? [200] : sizes)
          for (const shift of alone ? [0] : quick || arm !== "rss" ? [0, judged.shift] : shifts)
            specs.push({ part: "mixture", arm, setting, m, n, shift, seed, fraction });
      }
  const transferSeeds = seedsFrom(firstSeed, host.seeds ?? size.transferSeeds);
  for (const { id: domain } of quick ? domains.slice(2) : domains)
    for (const shape of quick ? shapes.slice(0, 1) : shapes)
      for (const { id: arm } of transferArms)
        for (const m of quick ? [10] : transfer.labeled)
          for (const seed of transferSeeds) {
            const setting = choiceOf<TransferSetting>(`${domain}, ${shape}`, arm);
            specs.push({ part: "transfer", arm, setting, domain, shape, m, seed, judge: "test", fraction });
          }
  const { domain, m, gammas } = attack;
  if (quick) return reportOf(measuredOf(specs, yield* collect(host, specs, describe)), choicesOf());
  // The tuned dual parameter has been trained with already.
  const own = choiceOf<TransferSetting>(`${domain}, linear`, "drl").gamma;
  for (const gamma of gammas.filter((g) => g !== own))
    for (const seed of transferSeeds)
      specs.push({
        part: "transfer",
        arm: "drl",
        setting: { gamma },
        domain,
        shape: "linear",
        m,
        seed,
        judge: "test",
        fraction,
      });
  return reportOf(measuredOf(specs, yield* collect(host, specs, describe)), choicesOf());
}

const measuredOf = (specs: readonly Spec[], results: readonly Result[]): Measured =>
  specs.map((spec, i) => ({ spec, result: results[i] }) as Measured[number]);

function describe(spec: Spec, { accuracy }: Result): string {
  const place =
    spec.part === "mixture"
      ? `simulation, m ${spec.m}, n ${spec.n}, shift ${spec.shift}`
      : `${spec.domain}, ${spec.shape}, m ${spec.m}`;
  return `${place}: ${spec.arm}, seed ${spec.seed}: ${accuracy.toFixed(3)}`;
}

/** Six settings for every arm, on seeds of their own; on real domains judged by rows set apart. The best mean is taken. */
async function* tune(host: OodHost): AsyncGenerator<Progress, { rows: Row[]; choices: Record<string, Row> }> {
  const quick = host.scale === "quick";
  const { fraction } = scales[host.scale];
  const seeds = quick ? tuningSeeds.slice(0, 1) : tuningSeeds;
  const { m, n } = mixture.judged;
  const specs: Spec[] = [];
  for (const { id: arm } of mixtureArms)
    for (const setting of mixtureGrids[arm])
      for (const seed of seeds) specs.push({ part: "mixture", arm, setting, m, n, shift: 0, seed, fraction });
  for (const { id: domain } of quick ? domains.slice(2) : domains)
    for (const shape of shapes)
      for (const { id: arm, grid } of transferArms)
        for (const setting of grid)
          for (const labeled of transfer.labeled)
            for (const seed of seeds.slice(0, 2))
              specs.push({
                part: "transfer",
                arm,
                setting,
                domain,
                shape,
                m: labeled,
                seed,
                judge: "tune",
                fraction,
              });
  const results = yield* collect(host, specs, describe);
  const groups = Map.groupBy(specs.keys(), (i) => {
    const spec = specs[i];
    return JSON.stringify([placeOf(spec), spec.arm, spec.setting]);
  });
  const rows: Row[] = [];
  const choices: Record<string, Row> = {};
  for (const members of groups.values()) {
    const { arm, setting } = specs[members[0]];
    const place = placeOf(specs[members[0]]);
    const accuracy = rounded(members.reduce((sum, i) => sum + results[i].accuracy / members.length, 0));
    const row: Row = { place, arm, ...setting, accuracy };
    rows.push(row);
    const key = `${place}: ${arm}`;
    if (accuracy > Number(choices[key]?.accuracy ?? -1)) choices[key] = row;
  }
  return { rows, choices };
}

function placeOf(spec: Spec): string {
  return spec.part === "mixture" ? "mixture" : `${spec.domain}, ${spec.shape}`;
}

function choicesOf(): Record<string, Row | undefined> {
  return tuned.choices as Record<string, Row | undefined>;
}

/** The chosen setting of an arm, without what the table says of it. */
function choiceOf<T>(place: string, arm: MixtureArm | string): T {
  const chosen = choicesOf()[`${place}: ${arm}`];
  if (chosen === undefined)
    throw new RangeError(`tuned.json: expected a choice for ${place}: ${arm}, got none`);
  const { place: _place, arm: _arm, accuracy: _accuracy, ...setting } = chosen;
  return setting as T;
}
