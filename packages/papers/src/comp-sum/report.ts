import type { Choices } from "../kit/choices.ts";
import { estimate, mean, percentOf } from "../kit/statistics.ts";
import type { ReproductionReport, Row, Series } from "../reproduction.ts";
import { learningRateOf, strengthOf } from "./arms.ts";
import type { BoundsResult, FamilySpec, Result, Spec } from "./trial.ts";
import { judge, type Measured } from "./verdict.ts";

/** The report of a run: its rows, curves and verdict. */
export function reportOf(
  specs: readonly Spec[],
  results: readonly Result[],
  choices: Choices,
): ReproductionReport {
  const measured = gathered(specs, results);
  return {
    rows: [...familyRows(measured, choices, diverged(specs, results)), ...adversarialRows(measured, choices)],
    series: [...familySeries(measured), ...adversarialSeries(measured)],
    ...judge(measured, choices),
  };
}

/** Results by part, in the order of the specs, which is that of the seeds. */
export function gathered(specs: readonly Spec[], results: readonly Result[]): Measured {
  const family: Measured["family"] = {};
  const adversarial: Measured["adversarial"] = {};
  let bounds: BoundsResult | undefined;
  results.forEach((result, i) => {
    const spec = specs[i];
    if (result.part === "bounds") bounds = result;
    if (result.part === "family" && spec.part === "family") {
      family[spec.setting] ??= {};
      family[spec.setting][spec.tau] ??= [];
      family[spec.setting][spec.tau].push(result.accuracy ?? chance(spec.setting));
    }
    if (result.part === "adversarial" && spec.part === "adversarial") {
      adversarial[spec.method] ??= {};
      adversarial[spec.method][spec.strength] ??= { clean: [], robust: [] };
      const arm = adversarial[spec.method][spec.strength];
      arm.clean.push(result.clean);
      arm.robust.push(result.robust);
    }
  });
  if (bounds === undefined) throw new TypeError("results: expected one of the bounds part, got none");
  return { bounds, family, adversarial };
}

/** What a network that learnt nothing gets right. */
function chance(setting: FamilySpec["setting"]): number {
  return setting === "fashion" ? 1 / 10 : 1 / 26;
}

function diverged(specs: readonly Spec[], results: readonly Result[]): Map<string, number> {
  const counts = new Map<string, number>();
  results.forEach((result, i) => {
    const spec = specs[i];
    if (result.part !== "family" || spec.part !== "family" || result.accuracy !== null) return;
    const name = `${spec.setting} ${spec.tau}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  });
  return counts;
}

const numbers = (keys: object) =>
  Object.keys(keys)
    .map(Number)
    .sort((a, b) => a - b);

function familyRows({ family }: Measured, choices: Choices, lost: Map<string, number>): Row[] {
  return Object.entries(family).flatMap(([setting, byTau]) =>
    numbers(byTau).map((tau) => ({
      part: "family",
      setting,
      arm: `tau ${tau}`,
      "accuracy %": percentOf(estimate(byTau[tau])),
      "robust %": null,
      chosen: `learning rate ${learningRateOf(choices, setting as FamilySpec["setting"], tau)}`,
      seeds: byTau[tau].length,
      diverged: lost.get(`${setting} ${tau}`) ?? 0,
    })),
  );
}

function adversarialRows({ adversarial }: Measured, choices: Choices): Row[] {
  return Object.entries(adversarial).flatMap(([method, byStrength]) =>
    numbers(byStrength).map((strength) => {
      const { clean, robust } = byStrength[strength];
      const tunable = method === "TRADES" || method === "Adv-Comp-Sum";
      const name = method === "TRADES" ? "beta" : "nu";
      return {
        part: "adversarial",
        setting: "mnist, gamma 0.1",
        arm: tunable ? `${method}, ${name} ${strength}` : method,
        "accuracy %": percentOf(estimate(clean)),
        "robust %": percentOf(estimate(robust)),
        chosen: tunable && strengthOf(choices, method) === strength ? "by robust validation accuracy" : "",
        seeds: clean.length,
        diverged: 0,
      };
    }),
  );
}

function familySeries({ family }: Measured): Series[] {
  return Object.entries(family).map(([name, byTau]) => ({
    name,
    xLabel: "tau",
    yLabel: "accuracy",
    x: numbers(byTau),
    y: numbers(byTau).map((tau) => estimate(byTau[tau]).mean),
  }));
}

function adversarialSeries({ adversarial }: Measured): Series[] {
  return Object.entries(adversarial).map(([name, byStrength]) => ({
    name,
    xLabel: "clean accuracy",
    yLabel: "robust accuracy",
    x: numbers(byStrength).map((s) => mean(byStrength[s].clean)),
    y: numbers(byStrength).map((s) => mean(byStrength[s].robust)),
  }));
}
