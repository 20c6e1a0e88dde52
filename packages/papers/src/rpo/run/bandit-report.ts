import { banded } from "../../kit/series.ts";
import { type Estimate, estimate, mean, meanOrNull, round, roundOrNull } from "../../kit/statistics.ts";
import type { Row, Series } from "../../reproduction.ts";
import { type World, worlds } from "./bandit.ts";
import { banditPolicies, rpoId } from "./bandit-policies.ts";
import type { BanditResult } from "./bandit-trial.ts";
import { etas, judgedSize, largestUseful, tooLarge, usefulEtas } from "./settings.ts";
import type { Evidence } from "./verdict.ts";

type Found = BanditResult["found"][number];

/** What was found of one policy, a seed an entry. */
type Lookup = (world: World, pairs: number, policy: string) => Found[];

export const lookupOf = (results: readonly BanditResult[]): Lookup => {
  const all = Map.groupBy(
    results.flatMap(({ found }) => found),
    ({ world, pairs, policy }) => `${world} ${pairs} ${policy}`,
  );
  return (world, pairs, policy) => all.get(`${world} ${pairs} ${policy}`) ?? [];
};

const meanValue = (found: readonly Found[]): Estimate => estimate(found.map(({ value }) => value));

export function banditRows(find: Lookup, sizes: readonly number[]): Row[] {
  return worlds.flatMap((world) =>
    sizes.flatMap((pairs) =>
      banditPolicies.map(({ id, label }) => {
        const found = find(world, pairs, id);
        const { mean: value, error } = meanValue(found);
        return {
          bandit: world,
          pairs,
          policy: label,
          value: round(value, 3),
          "standard error": round(error, 3),
          "never offered, %": round(100 * mean(found.map(({ outside }) => outside)), 2),
          "chosen log-ratio": roundOrNull(meanOrNull(found.map(({ chosenLogRatio }) => chosenLogRatio)), 2),
        };
      }),
    ),
  );
}

/** Values by the number of pairs, and by eta. */
export function banditCurves(find: Lookup, sizes: readonly number[]): Series[] {
  const shown = ["chosen", "dpo", "seen", ...[...usefulEtas, tooLarge].map(rpoId)];
  return worlds.flatMap((world) => [
    ...banditPolicies
      .filter(({ id }) => shown.includes(id))
      .map(
        ({ id, label }): Series => ({
          ...banded(
            { name: label, xLabel: "pairs", yLabel: `true value, ${world}` },
            sizes,
            sizes.map((pairs) => meanValue(find(world, pairs, id))),
          ),
          xScale: "log",
        }),
      ),
    ...sizes.map(
      (pairs): Series => ({
        ...banded(
          { name: `${pairs} pairs`, xLabel: "eta", yLabel: `true value of RPO, ${world}` },
          etas,
          etas.map((eta) => meanValue(find(world, pairs, rpoId(eta)))),
        ),
        xScale: "log",
      }),
    ),
  ]);
}

export function banditEvidence(find: Lookup): Pick<Evidence, "bandit" | "covered"> {
  const evidenceOf = (policy: string) => {
    const found = find("partial coverage", judgedSize, policy);
    return { value: meanValue(found), outside: mean(found.map(({ outside }) => outside)) };
  };
  const value = (policy: string): number => evidenceOf(policy).value.mean;
  const covered = (policy: string): number => meanValue(find("full coverage", judgedSize, policy)).mean;
  return {
    bandit: {
      dpo: evidenceOf("dpo"),
      rpo: usefulEtas.map((eta) => evidenceOf(rpoId(eta))),
      lastUseful: value(rpoId(largestUseful)),
      tooLarge: value(rpoId(tooLarge)),
      chosen: value("chosen"),
    },
    covered: { dpo: covered("dpo"), rpo: usefulEtas.map((eta) => covered(rpoId(eta))) },
  };
}
