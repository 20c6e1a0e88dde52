import type { Host, Progress, Reproduction, ReproductionReport, Row } from "../reproduction.ts";
import { armOf, arms, type Configuration, tunedArms } from "./arms.ts";
import { type GrowthResult, type GrowthSpec, growthTrial } from "./growth-study.ts";
import { card } from "./paper.ts";
import { type Measured, reportOf } from "./report.ts";
import { costFactors, growth, scales, type Task, tasks, tuningSeeds } from "./settings.ts";
import { estimate } from "./statistics.ts";
import { type BanditResult, type BanditSpec, banditTrial } from "./trial.ts";
import tuned from "./tuned.json" with { type: "json" };

export type Spec = BanditSpec | GrowthSpec;
export type Result = BanditResult | GrowthResult;
type NeucbHost = Host<Spec, Result>;

export const reproduction: Reproduction<Spec, Result> = {
  card,
  trial: async (spec, host) => (spec.part === "bandit" ? banditTrial(spec, host) : growthTrial(spec)),
  run,
  tune,
};

const seedsOf = (host: NeucbHost, usual: number): number[] =>
  Array.from(
    { length: host.seeds ?? Math.max(2, Math.round(usual * scales[host.scale].seeds)) },
    (_, seed) => seed,
  );

async function* run(host: NeucbHost): AsyncGenerator<Progress, ReproductionReport> {
  const { fraction } = scales[host.scale];
  const chosen = tasks.filter((task) => task.scales.includes(host.scale));
  const specs = [...chosen.flatMap((task) => playsOf(task, seedsOf(host, task.seeds), fraction))];
  for (const seed of seedsOf(host, growth.seeds))
    for (const learner of ["perturbed", "plain"] as const)
      specs.push({ part: "growth", learner, ...growthChoice(learner), seed, fraction, judge: "test" });
  const results = yield* collect(host, specs);
  return reportOf(
    specs.map((spec, i) => ({ spec, result: results[i] }) as Measured),
    chosen,
  );
}

/** All arms on the digits, the tuned ones elsewhere; small costs on the digits. */
function playsOf({ id: task, rounds }: Task, seeds: readonly number[], fraction: number): Spec[] {
  const own = task === "digits" ? arms : tunedArms;
  const part = Math.max(60, Math.round(rounds * fraction));
  return seeds.flatMap((seed) => {
    const play = (arm: string, costFactor: number): Spec => ({
      ...{ part: "bandit", task, arm, costFactor, seed, rounds: part, judge: "test" },
      configuration: choiceOf(task, armOf(arm).choice),
    });
    const small = task === "digits" ? costFactors.filter((factor) => factor !== 1) : [];
    return [
      ...own.map(({ id }) => play(id, 1)),
      ...small.flatMap((factor) => ["fast", "square"].map((arm) => play(arm, factor))),
    ];
  });
}

/** Twelve configurations for every arm and task; its choice has the least mean regret over two seeds. */
async function* tune(
  host: NeucbHost,
): AsyncGenerator<Progress, { rows: Row[]; choices: Record<string, Row> }> {
  const { fraction } = scales[host.scale];
  const list = tasks
    .filter(({ scales: of }) => of.includes("default"))
    .flatMap(({ id: task, rounds }) =>
      tunedArms.flatMap(({ id: arm, grid }) =>
        grid.map((configuration) => ({
          choice: `${task}, ${arm}`,
          row: configuration as Row,
          specs: tuningSeeds.map(
            (seed): Spec => ({
              ...{ part: "bandit", task, arm, configuration, costFactor: 1, seed, judge: "tune" },
              rounds: Math.max(60, Math.round(rounds * fraction)),
            }),
          ),
        })),
      ),
    );
  for (const learner of ["perturbed", "plain"] as const)
    for (const steps of growth.grid)
      list.push({
        choice: `growth, ${learner}`,
        row: { ...steps },
        specs: tuningSeeds.map(
          (seed): Spec => ({ part: "growth", learner, ...steps, seed, fraction, judge: "tune" }),
        ),
      });
  const results = yield* collect(
    host,
    list.flatMap(({ specs }) => specs),
  );
  const rows: Row[] = [];
  const choices: Record<string, Row> = {};
  let at = 0;
  for (const { choice, row, specs } of list) {
    const regret = Number(estimate(results.slice(at, at + specs.length).map(regretOf)).mean.toFixed(1));
    at += specs.length;
    const line = { choice, ...row, regret };
    rows.push(line);
    if (regret < Number(choices[choice]?.regret ?? Infinity)) choices[choice] = { ...row, regret };
  }
  return { rows, choices };
}

const regretOf = (result: Result): number =>
  result.part === "bandit" ? result.regret : result.regret[result.regret.length - 1];

async function* collect(host: NeucbHost, specs: readonly Spec[]): AsyncGenerator<Progress, Result[]> {
  const results: Result[] = new Array(specs.length);
  let done = 0;
  for await (const { index, result } of host.trials(specs)) {
    results[index] = result;
    done++;
    const spec = specs[index];
    const what = spec.part === "bandit" ? `${spec.task}, ${spec.arm}` : `regression, ${spec.learner}`;
    yield {
      done,
      total: specs.length,
      message: `${what}, seed ${spec.seed}: ${regretOf(result).toFixed(0)}`,
    };
  }
  return results;
}

const choices: Record<string, Record<string, string | number | null> | undefined> = tuned.choices;

function numberOf(choice: string, column: string): number {
  const value = choices[choice]?.[column];
  if (typeof value !== "number")
    throw new RangeError(`tuned.json: expected a number for ${column} of ${choice}, got ${String(value)}`);
  return value;
}

/** What tuning chose; Fashion-MNIST has the choices of MNIST. */
function choiceOf(task: string, arm: string): Configuration {
  const choice = `${task === "fashion" ? "mnist" : task}, ${arm}`;
  return { learningRate: numberOf(choice, "learningRate"), explore: numberOf(choice, "explore") };
}

function growthChoice(learner: GrowthSpec["learner"]): { initial: number; delay: number } {
  const choice = `growth, ${learner}`;
  return { initial: numberOf(choice, "initial"), delay: numberOf(choice, "delay") };
}
