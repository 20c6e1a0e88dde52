import { collect } from "../../kit/collect.ts";
import { mean, rounded } from "../../kit/statistics.ts";
import type { Tuned } from "../../kit/tune-grid.ts";
import type { Host, Progress, Row } from "../../reproduction.ts";
import { networkArms } from "./arms.ts";
import { learningRates, rhos, ridges, type Study, scales, studiesOf, tuningSeeds } from "./settings.ts";
import type { RealResult, RealSpec, Result, Spec } from "./trial.ts";

/**
 * Makes three choices on seeds of their own, by the error on a part of the training rows. Every network gets a learning rate, by
 * the mean over bag sizes; the ridge baselines get a penalty for each bag size; and each bag size gets its best mixture.
 */
export async function* tune(host: Host<Spec, Result>): AsyncGenerator<Progress, Tuned> {
  // The full scale takes the choices of the default one.
  const { epochs } = scales[host.scale === "quick" ? "quick" : "default"];
  const seeds = host.scale === "quick" ? tuningSeeds.slice(0, 1) : tuningSeeds;
  const used = studiesOf(host.scale);
  const specs: RealSpec[] = used.flatMap((study) =>
    study.ks.flatMap((k) => seeds.flatMap((seed) => specsOf(study, k, seed, epochs[study.model]))),
  );
  const results = (yield* collect(
    host,
    specs,
    (spec) => `${(spec as RealSpec).dataset}, ${(spec as RealSpec).model}, bags of ${spec.k}`,
  )) as RealResult[];
  const rows: Row[] = [];
  const choices: Record<string, Row> = {};
  for (const study of used) {
    const { dataset, model, ks } = study;
    /** Mean error of one arm with one setting, over some bag sizes. */
    const errorAt = (arm: string, setting: number, sizes: readonly number[]): number => {
      const found = specs.flatMap((spec, i) => {
        if (spec.dataset !== dataset || spec.model !== model || !sizes.includes(spec.k)) return [];
        if (model === "linear") {
          const ridgeOf = arm === "ridge, bag" ? spec.ridge.bag : spec.ridge.instance;
          return arm.startsWith("rho ") || ridgeOf === setting ? [results[i].byName[arm]] : [];
        }
        const at = spec.arms.findIndex((a) => a.arm === arm && a.learningRate === setting);
        return at < 0 ? [] : [results[i].errors[at]];
      });
      return mean(found);
    };
    /** Adds the rows of a grid, and returns the value with the least error. */
    const choose = (
      label: Row,
      column: string,
      grid: readonly number[],
      error: (v: number) => number,
    ): number => {
      rows.push(...grid.map((v) => ({ fitted: name, ...label, [column]: v, error: rounded(error(v)) })));
      return grid.reduce((a, b) => (error(b) < error(a) ? b : a));
    };
    const name = `${dataset}, ${model}`;
    const rateOf: Record<string, number> = {};
    if (model !== "linear") {
      for (const arm of networkArms(study, ks[0]))
        rateOf[arm] = choose({ arm }, "learning rate", learningRates, (rate) => errorAt(arm, rate, ks));
      choices[name] = rateOf;
    }
    for (const k of ks) {
      const errors = rhos.map((rho) => errorAt(`rho ${rho}`, rateOf[`rho ${rho}`] ?? 0, [k]));
      const choice: Row = { rho: rhos[errors.indexOf(Math.min(...errors))] };
      rhos.forEach((rho, i) => {
        rows.push({ fitted: name, k, arm: `rho ${rho}`, rho, error: rounded(errors[i]) });
      });
      if (model === "linear")
        for (const arm of ["ridge, bag", "ridge, instance"])
          choice[arm] = choose({ k, arm }, "ridge", ridges, (l2) => errorAt(arm, l2, [k]));
      choices[`${name}, k ${k}`] = choice;
    }
  }
  return { rows, choices };
}

/** Returns one trial per setting for linear models; all networks of a split are in one trial. */
function specsOf(study: Study, k: number, seed: number, epochs: number): RealSpec[] {
  const { dataset, model } = study;
  const shared = { part: "real", dataset, model, k, seed, judge: "tune", epochs } as const;
  if (model === "linear")
    return ridges.map((l2) => ({ ...shared, arms: [], ridge: { bag: l2, instance: l2 } }));
  const arms = networkArms(study, k).flatMap((arm) =>
    learningRates.map((learningRate) => ({ arm, learningRate })),
  );
  return [{ ...shared, arms, ridge: { bag: 0, instance: 0 } }];
}
