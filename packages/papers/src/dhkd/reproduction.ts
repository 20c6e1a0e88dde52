import { collect } from "../collect.ts";
import type { Host, Progress, Reproduction, ReproductionReport, Row } from "../reproduction.ts";
import { arms, type Configuration, dhkdArms } from "./arms.ts";
import { type ConflictResult, type ConflictSpec, conflictTrial } from "./conflict-study.ts";
import { card } from "./paper.ts";
import { reportOf } from "./report.ts";
import { scales, tuningSeeds } from "./settings.ts";
import { type ArmResult, type ArmSpec, armTrial } from "./trial.ts";
import tuned from "./tuned.json" with { type: "json" };

export type Spec = ArmSpec | ConflictSpec;
export type Result = ArmResult | ConflictResult;
type DhkdHost = Host<Spec, Result>;

export const reproduction: Reproduction<Spec, Result> = {
  card,
  trial: (spec, host) => (spec.part === "arm" ? armTrial(spec, host) : conflictTrial(spec, host)),
  run,
  tune,
};

async function* run(host: DhkdHost): AsyncGenerator<Progress, ReproductionReport> {
  const { seeds, fraction } = scales[host.scale];
  const specs = Array.from({ length: host.seeds ?? seeds }, (_, seed) => seed).flatMap((seed): Spec[] => [
    { part: "conflict", seed, fraction },
    ...arms.map(({ id }): Spec => {
      return { part: "arm", arm: id, configuration: choiceOf(id), seed, judge: "test", fraction };
    }),
  ]);
  const results = yield* collect(host, specs, describe);
  const byArm = new Map(
    arms.map(({ id }) => [
      id,
      results.filter((r, i): r is ArmResult => r.part === "arm" && armIn(specs[i]) === id),
    ]),
  );
  const conflict = results.filter((r) => r.part === "conflict");
  return reportOf({ arms: byArm, conflict, variant: judgedVariant() });
}

/** The variant of DHKD with the best accuracy in tuning. */
function judgedVariant(): string {
  const accuracy = (id: string): number => {
    const choices: Record<string, { accuracy: number | null } | undefined> = tuned.choices;
    return choices[id]?.accuracy ?? 0;
  };
  return dhkdArms.reduce((best, id) => (accuracy(id) > accuracy(best) ? id : best));
}

/** Six configurations for every arm, judged on rows that no measured run sees; its choice has the best mean accuracy. */
async function* tune(
  host: DhkdHost,
): AsyncGenerator<Progress, { rows: Row[]; choices: Record<string, Row> }> {
  const { fraction } = scales[host.scale];
  const specs = tuningSeeds.flatMap((seed) =>
    arms.flatMap(({ id, grid }) =>
      grid.map((configuration): ArmSpec => {
        return { part: "arm", arm: id, configuration, seed, judge: "tune", fraction };
      }),
    ),
  );
  const results = yield* collect(host, specs, describe);
  const rows: Row[] = [];
  const choices: Record<string, Row> = {};
  for (const { id, grid } of arms) {
    for (const { learningRate, alpha } of grid) {
      let accuracy = 0;
      specs.forEach(({ arm, configuration: c }, i) => {
        const result = results[i];
        if (arm === id && c.learningRate === learningRate && c.alpha === alpha && result.part === "arm")
          accuracy += result.accuracy / tuningSeeds.length;
      });
      const row = { arm: id, learningRate, alpha, accuracy: Math.round(accuracy * 1e4) / 1e4 };
      rows.push(row);
      if (row.accuracy > Number(choices[id]?.accuracy ?? -1)) choices[id] = row;
    }
  }
  return { rows, choices };
}

function describe(spec: Spec, result: Result): string {
  const found = result.part === "arm" ? result.accuracy : result.fitted.accuracy;
  return `${armIn(spec) ?? "conflict study"}, seed ${spec.seed}: ${found.toFixed(3)}`;
}

const armIn = (spec: Spec): string | null => (spec.part === "arm" ? spec.arm : null);

function choiceOf(arm: string): Configuration {
  const choices: Record<string, Configuration | undefined> = tuned.choices;
  const chosen = choices[arm];
  if (chosen === undefined) throw new RangeError(`tuned.json: expected a choice for ${arm}, got none`);
  const { learningRate, alpha } = chosen;
  return { learningRate, alpha };
}
