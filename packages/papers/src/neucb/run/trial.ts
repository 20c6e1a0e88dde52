import { type BanditEnvironment, simulateBandit } from "@minimand/lab/online";
import { derive } from "minimand/engine";
import { type MeasuredBy, trialOf } from "../../kit/parts.ts";
import type { TrialHost } from "../../reproduction.ts";
import { armOf, type Configuration } from "./arms.ts";
import { type Draw, environmentOf } from "./data.ts";
import { growthTrial } from "./growth-study.ts";
import { curvePoints } from "./settings.ts";

/** One bandit on one order of the rows. */
export interface BanditSpec extends Draw {
  part: "bandit";
  arm: string;
  configuration: Configuration;
  /** Widths of the hidden layers of its network. */
  hidden: readonly number[];
  /** All costs are multiplied by it. */
  costFactor: number;
}

export interface BanditResult {
  part: "bandit";
  /** Summed over all rounds, and over the second half; in units of the cost factor. */
  regret: number;
  secondHalf: number;
  /** Regret after a fortieth of the rounds, two, ... */
  curve: number[];
  /** Training came upon a number that isn't finite: the rounds left count as lost. */
  diverged: boolean;
  /** Of choosing and learning; not the same from run to run. */
  milliseconds: number;
}

/** Plays one bandit; the same spec gives the same result but for the time. */
export async function banditTrial(spec: BanditSpec, host: TrialHost): Promise<BanditResult> {
  const environment = scaled(await environmentOf(spec, host), spec.costFactor);
  const { dim, rounds } = environment;
  const bandit = armOf(spec.arm).make(
    { dim, arms: environment.arms ?? 1, seed: derive(spec.seed, 23), hidden: spec.hidden },
    spec.configuration,
  );
  const lost: number[] = [];
  let total = 0;
  const started = performance.now();
  let diverged = false;
  try {
    simulateBandit(bandit, environment, {
      onRound(round, _, reward) {
        if (round % 200 === 0) host.signal?.throwIfAborted();
        total += (environment.best(round) - reward) / spec.costFactor;
        lost.push(total);
        return true;
      },
    });
  } catch (error) {
    if (!(error instanceof RangeError && error.message.startsWith("learningRate"))) throw error;
    diverged = true;
    while (lost.length < rounds) lost.push(++total);
  }
  const milliseconds = performance.now() - started;
  const after = (share: number): number => lost[Math.max(0, Math.round(share * rounds) - 1)];
  return {
    part: "bandit",
    regret: total,
    secondHalf: total - after(0.5),
    curve: Array.from({ length: curvePoints }, (_, k) => after((k + 1) / curvePoints)),
    diverged,
    milliseconds,
  };
}

function scaled(environment: BanditEnvironment, factor: number): BanditEnvironment {
  return {
    ...environment,
    reward: (round, action) => 1 - factor * (1 - environment.reward(round, action)),
  };
}

/** One trial of either part. */
export const trial = trialOf({ bandit: banditTrial, growth: growthTrial });
export type Measured = MeasuredBy<typeof trial>;
export type Spec = Measured["spec"];
export type Result = Measured["result"];

/** The regret at the end. */
export const regretOf = (result: Result): number =>
  result.part === "bandit" ? result.regret : result.regret[result.regret.length - 1];

/** What a finished trial is called in the progress. */
export function describe(spec: Spec, result: Result): string {
  const what = spec.part === "bandit" ? `${spec.task}, ${spec.arm}` : `regression, ${spec.learner}`;
  return `${what}, seed ${spec.seed}: ${regretOf(result).toFixed(0)}`;
}
