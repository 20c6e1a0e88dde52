import type { Choices } from "../../kit/choices.ts";
import { resultsWhere } from "../../kit/evidence.ts";
import { estimate, mean, percentOf } from "../../kit/statistics.ts";
import type { ReproductionReport, Row, Series } from "../../reproduction.ts";
import { armsOf, familySettings, isTunable, learningRateOf, strengthOf, taus } from "./arms.ts";
import type { Net } from "./settings.ts";
import type { AdversarialSpec, FamilySpec, Measured } from "./trial.ts";
import { type Evidence, judge } from "./verdict.ts";

/** The report of a run: its rows, curves and verdict. */
export function reportOf(
  trials: readonly Measured[],
  nets: readonly Net[],
  choices: Choices,
): ReproductionReport {
  const evidence = evidenceOf(trials, nets, choices);
  return {
    rows: [...familyRows(trials, evidence, choices), ...adversarialRows(evidence, choices)],
    series: [...familySeries(evidence), ...adversarialSeries(evidence)],
    ...judge(evidence, choices),
  };
}

type Setting = FamilySpec["setting"];

/** The accuracy of guessing. */
const chance = (setting: Setting): number => (setting === "fashion" ? 1 / 10 : 1 / 26);

const familyOf = (trials: readonly Measured[], setting: Setting, tau: number) =>
  resultsWhere(trials, { part: "family", setting, tau }).map(({ accuracy }) => accuracy);

function evidenceOf(trials: readonly Measured[], nets: readonly Net[], choices: Choices): Evidence {
  const [bounds] = resultsWhere(trials, { part: "bounds" });
  if (bounds === undefined) throw new TypeError("results: expected one of the bounds part, got none");
  const byTau = (setting: Setting) =>
    taus.map((tau) => [tau, familyOf(trials, setting, tau).map((a) => a ?? chance(setting))]);
  const adversarial = nets.map((net) => {
    const byMethod: Evidence["adversarial"][number]["byMethod"] = {};
    for (const { method, strength } of armsOf(choices, net)) {
      const results = resultsWhere(trials, { part: "adversarial", net, method, strength });
      const [clean, robust] = [results.map((r) => r.clean), results.map((r) => r.robust)];
      byMethod[method] = { ...byMethod[method], [strength]: { clean, robust } };
    }
    return { net, byMethod };
  });
  const family = familySettings.map((setting) => [setting, Object.fromEntries(byTau(setting))]);
  return { bounds, family: Object.fromEntries(family), adversarial };
}

const numbers = (keys: object) =>
  Object.keys(keys)
    .map(Number)
    .sort((a, b) => a - b);

function familyRows(trials: readonly Measured[], { family }: Evidence, choices: Choices): Row[] {
  return familySettings.flatMap((setting) => {
    const byTau = family[setting];
    return numbers(byTau).map((tau) => ({
      part: "family",
      setting,
      arm: `tau ${tau}`,
      "accuracy %": percentOf(estimate(byTau[tau])),
      "robust %": null,
      chosen: `learning rate ${learningRateOf(choices, setting, tau)}`,
      seeds: byTau[tau].length,
      diverged: familyOf(trials, setting, tau).filter((accuracy) => accuracy === null).length,
    }));
  });
}

function adversarialRows({ adversarial }: Evidence, choices: Choices): Row[] {
  return adversarial.flatMap(({ net, byMethod }) =>
    methodsOf(byMethod).flatMap(([method, byStrength]) =>
      numbers(byStrength).map((strength) => {
        const { clean, robust } = byStrength[strength];
        const tunable = isTunable(method);
        const name = method === "TRADES" ? "beta" : "nu";
        const isChosen = tunable && strengthOf(choices, net, method) === strength;
        return {
          part: "adversarial",
          setting: `mnist, gamma 0.1, ${net}`,
          arm: tunable ? `${method}, ${name} ${strength}` : method,
          "accuracy %": percentOf(estimate(clean)),
          "robust %": percentOf(estimate(robust)),
          chosen: isChosen ? "by robust validation accuracy" : "",
          seeds: clean.length,
          diverged: 0,
        };
      }),
    ),
  );
}

type ByMethod = Evidence["adversarial"][number]["byMethod"];
const methodsOf = (byMethod: ByMethod) =>
  Object.entries(byMethod) as [AdversarialSpec["method"], ByMethod[string]][];

function familySeries({ family }: Evidence): Series[] {
  return Object.entries(family).map(([name, byTau]) => ({
    name,
    xLabel: "tau",
    yLabel: "accuracy",
    x: numbers(byTau),
    y: numbers(byTau).map((tau) => estimate(byTau[tau]).mean),
  }));
}

function adversarialSeries({ adversarial }: Evidence): Series[] {
  return adversarial.flatMap(({ net, byMethod }) =>
    Object.entries(byMethod).map(([method, byStrength]) => ({
      name: adversarial.length > 1 ? `${method}, ${net}` : method,
      xLabel: "clean accuracy",
      yLabel: "robust accuracy",
      x: numbers(byStrength).map((s) => mean(byStrength[s].clean)),
      y: numbers(byStrength).map((s) => mean(byStrength[s].robust)),
    })),
  );
}
