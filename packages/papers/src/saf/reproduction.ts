import { collect } from "../collect.ts";
import type { Host, Progress, Reproduction, ReproductionReport, Row } from "../reproduction.ts";
import { estimate, rounded } from "../statistics.ts";
import { armOf, arms, type Configuration, gridOf } from "./arms.ts";
import { card } from "./paper.ts";
import { reportOf } from "./report.ts";
import { scales, tuningSeeds } from "./settings.ts";
import { type SpeedResult, type SpeedSpec, speedTrial } from "./speed.ts";
import { type ArmResult, type ArmSpec, armTrial } from "./trial.ts";
import tuned from "./tuned.json" with { type: "json" };

export type Spec = ArmSpec | SpeedSpec;
export type Result = ArmResult | SpeedResult;
type SafHost = Host<Spec, Result>;

export const reproduction: Reproduction<Spec, Result> = {
  card,
  trial: (spec, host) => (spec.part === "arm" ? armTrial(spec, host) : speedTrial(spec, host)),
  run,
  tune,
};

const choiceName = (cell: string, arm: string): string => `${cell}, ${arm}`;

async function* run(host: SafHost): AsyncGenerator<Progress, ReproductionReport> {
  const { seeds, fraction, cells, rounds, shape } = scales[host.scale];
  const trained = cells.flatMap(({ id: cell }) =>
    arms.flatMap(({ id: arm }) =>
      Array.from({ length: host.seeds ?? seeds }, (_, seed): ArmSpec => {
        return { part: "arm", cell, arm, configuration: choiceOf(cell, arm), seed, judge: "test", fraction };
      }),
    ),
  );
  const results = yield* collect<Spec, Result>(host, [{ part: "speed", rounds, shape }, ...trained], told);
  const [speed, ...ends] = results as [SpeedResult, ...ArmResult[]];
  const of = (cell: string, arm: string): ArmResult[] =>
    ends.filter((_, i) => trained[i].cell === cell && trained[i].arm === arm);
  return reportOf({ cells, of, speed });
}

/** Nine configurations for every arm of every cell, judged on rows that no measured run is judged by; the best mean accuracy wins. */
async function* tune(host: SafHost): AsyncGenerator<Progress, { rows: Row[]; choices: Record<string, Row> }> {
  const { fraction, cells } = scales[host.scale];
  const seeds = host.scale === "quick" ? tuningSeeds.slice(0, 1) : tuningSeeds;
  const tried = cells.flatMap(({ id: cell }) =>
    arms
      .filter(({ partOf }) => partOf === undefined)
      .flatMap((arm) => gridOf(arm).map((configuration) => ({ cell, arm: arm.id, configuration }))),
  );
  const specs = tried.flatMap((of) =>
    seeds.map((seed): ArmSpec => ({ part: "arm", ...of, seed, judge: "tune", fraction })),
  );
  const results = (yield* collect<Spec, Result>(host, specs, told)) as ArmResult[];
  const rows = tried.map(({ cell, arm, configuration }, i): Row => {
    const own = results.slice(i * seeds.length, (i + 1) * seeds.length);
    return { cell, arm, ...configuration, accuracy: rounded(estimate(own.map((r) => r.accuracy)).mean) };
  });
  const choices: Record<string, Row> = {};
  for (const { id: cell } of cells) {
    for (const { id, partOf = id, parameters } of arms) {
      const own = rows.filter(
        (row) => row.cell === cell && row.arm === partOf && parameters.includes(Number(row.parameter)),
      );
      const best = own.reduce((a, b) => (Number(b.accuracy) > Number(a.accuracy) ? b : a));
      choices[choiceName(cell, id)] = { ...best, arm: id };
    }
  }
  return { rows, choices };
}

function told(spec: Spec, result: Result): string {
  if (spec.part === "speed" || result.part === "speed") return "times of all steps";
  return `${spec.cell}, ${armOf(spec.arm).label}, seed ${spec.seed}: ${result.accuracy.toFixed(3)}`;
}

function choiceOf(cell: string, arm: string): Configuration {
  const choices: Record<string, Configuration | undefined> = tuned.choices;
  const chosen = choices[choiceName(cell, arm)];
  if (chosen === undefined) throw new RangeError(`tuned.json: expected a choice for ${cell}, ${arm}`);
  const { learningRate, parameter } = chosen;
  return { learningRate, parameter };
}
