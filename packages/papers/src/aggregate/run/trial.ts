import { derive } from "minimand/engine";
import { makeBags } from "minimand/training";
import { type MeasuredBy, trialOf } from "../../kit/parts.ts";
import { mean, rounded } from "../../kit/statistics.ts";
import type { TrialHost } from "../../reproduction.ts";
import { split } from "./data.ts";
import { linearArms } from "./linear-arms.ts";
import { type NetworkArm, networkError } from "./network-arms.ts";
import type { DatasetName, ModelName } from "./settings.ts";
import { simulate, simulatePrivate } from "./simulate.ts";

/** One split of a data set and one draw of its bags; all its models. */
export interface RealSpec {
  part: "real";
  dataset: DatasetName;
  model: ModelName;
  k: number;
  seed: number;
  judge: "test" | "tune";
  /** Epochs of networks. */
  epochs: number;
  /** The networks to fit, or the ridge penalties of the linear models. */
  arms: NetworkArm[];
  ridge: { bag: number; instance: number };
}

export interface RealResult {
  part: "real";
  /** Test rows over training rows. */
  testTrainRatio: number;
  /** In the order of the networks asked for; the linear models by name. */
  errors: number[];
  byName: Record<string, number>;
  /** Only for linear models. */
  chosenRho: number | null;
  theoryRho: number | null;
}

/** Runs one trial on real data; the same spec gives the same result. */
async function realTrial(spec: RealSpec, host: TrialHost): Promise<RealResult> {
  const { seed, k, model, arms } = spec;
  const parts = split(await host.dataset(spec.dataset), seed, spec.judge);
  const bagIds = makeBags(parts.train.count, k, { seed: derive(seed, 2) });
  const testTrainRatio = parts.judged.count / parts.train.count;
  if (model === "linear") {
    const { errors, chosenRho, theoryRho } = linearArms(parts, bagIds, spec.ridge);
    return { part: "real", testTrainRatio, errors: [], byName: errors, chosenRho, theoryRho };
  }
  const errors: number[] = [];
  for (const arm of arms)
    errors.push(await networkError(parts, bagIds, arm, { seed, epochs: spec.epochs }, host));
  return { part: "real", testTrainRatio, errors, byName: {}, chosenRho: null, theoryRho: null };
}

/** One trial of any part. */
export const trial = trialOf({ simulation: simulate, private: simulatePrivate, real: realTrial });
export type Measured = MeasuredBy<typeof trial>;
export type Spec = Measured["spec"];
export type Result = Measured["result"];

/** Names a finished trial in the progress. */
export function describe(spec: Spec, result: Result): string {
  if (spec.part === "real") return `${spec.dataset}, ${spec.model}, bags of ${spec.k}, seed ${spec.seed}`;
  const risk = result.part === "simulation" ? mean(result.risks[0].values) : Number.NaN;
  const what = spec.part === "private" ? `epsilon ${spec.epsilon}` : `psi ${spec.psi}, noise ${spec.sigma2}`;
  return `simulation, ${what}, bags of ${spec.k}: ${rounded(risk)}`;
}
