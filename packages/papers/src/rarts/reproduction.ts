import { collect } from "../collect.ts";
import type { Host, Progress, Reproduction, ReproductionReport } from "../reproduction.ts";
import {
  type CellArm,
  type CellConfiguration,
  cellArms,
  gateArms,
  judgedArms,
  type WidthConfiguration,
  widthArms,
} from "./arms.ts";
import { cellTrial, nameOf, randomTrial, space, tableTrial } from "./cell-trial.ts";
import { costTrial } from "./cost.ts";
import { gatesTrial } from "./gates-trial.ts";
import { card } from "./paper.ts";
import { reportOf } from "./report.ts";
import { part, scales } from "./settings.ts";
import { solvableMethods, solvableTrial } from "./solvable-trial.ts";
import { describe, type Result, type Spec } from "./spec.ts";
import { meanTable, tableSpecs } from "./table.ts";
import { tune } from "./tune.ts";
import tuned from "./tuned.json" with { type: "json" };
import { widthTrial } from "./width-trial.ts";

export const reproduction: Reproduction<Spec, Result> = {
  card,
  async trial(spec, host) {
    if (spec.part === "solvable") return solvableTrial(spec, host);
    if (spec.part === "cell") return cellTrial(spec, host);
    if (spec.part === "random") return randomTrial(spec, host);
    if (spec.part === "table") return tableTrial(spec, host);
    if (spec.part === "width") return widthTrial(spec, host);
    return spec.part === "gates" ? gatesTrial(spec, host) : costTrial(spec, host);
  },
  run,
  tune,
};

async function* run(host: Host<Spec, Result>): AsyncGenerator<Progress, ReproductionReport> {
  const { seeds, fraction, parts } = scales[host.scale];
  const all = Array.from({ length: host.seeds ?? seeds }, (_, seed) => seed);
  const arms = parts === "few" ? cellArms.filter(({ id }) => judgedArms.includes(id)) : cellArms;
  const specs: Spec[] = [
    { part: "cost", arms: arms.map(({ id }) => id), rounds: part(60, fraction, 1) },
    ...solvableMethods.map(
      (method): Spec => ({ part: "solvable", method, maxSteps: parts === "few" ? 30 : 20_000 }),
    ),
    ...all.flatMap((seed) => seedSpecs(arms, seed, fraction)),
    ...(host.scale === "full" ? tableSpecs(fraction) : []),
  ];
  const results = yield* collect(host, specs, describe);
  const fresh = results.filter((r) => r.part === "table");
  return reportOf({ specs, results, table: fresh.length > 0 ? meanTable(fresh) : committedTable() });
}

function seedSpecs(arms: readonly CellArm[], seed: number, fraction: number): Spec[] {
  return [
    ...arms.map(({ id, settingsOf = id }): Spec => {
      const { learningRate, alphaRate, beta } = choiceOf<CellConfiguration>(settingsOf);
      const configuration = { learningRate, alphaRate, beta };
      return { part: "cell", arm: id, configuration, seed, judge: "table", fraction };
    }),
    { part: "random", seed, fraction },
    ...widthArms.map(({ id }): Spec => {
      const { learningRate, mu } = choiceOf<WidthConfiguration>(id);
      return { part: "width", arm: id, configuration: { learningRate, mu }, seed, judge: "test", fraction };
    }),
    ...gateArms.map((arm): Spec => ({ part: "gates", arm, seed, fraction })),
  ];
}

/** The committed table: mean test accuracy of each cell. */
function committedTable(): { [cell: string]: number } {
  return Object.fromEntries(
    space.map(nameOf).map((cell) => [cell, choiceOf<{ accuracy: number }>(cell).accuracy]),
  );
}

function choiceOf<Configuration>(arm: string): Configuration {
  const choices = tuned.choices as unknown as Record<string, Configuration | undefined>;
  const chosen = choices[arm];
  if (chosen === undefined) throw new RangeError(`tuned.json: expected a choice for ${arm}, got none`);
  return chosen;
}
