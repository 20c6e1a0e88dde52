import { minibatches } from "minimand";
import { derive } from "minimand/engine";
import { named } from "../../kit/named.ts";
import { part } from "../../kit/part.ts";
import type { Draw } from "../../kit/rows.ts";
import { discard, keyFor, trainOrNull } from "../../kit/train-network.ts";
import type { TrialHost } from "../../reproduction.ts";
import { armOf } from "./arms.ts";
import { prepare } from "./data.ts";
import { type Judged, judgeBy, programsFor } from "./programs.ts";
import { attacks, cells, regimes, training } from "./settings.ts";

/** One network trained in one way. */
export interface Spec extends Draw {
  part: "arm" | "sweep";
  cell: string;
  arm: string;
  /** The value of the arm's hyperparameter; null where it has none. */
  value: number | null;
}

/** The errors and the information of the trained network. */
export type Result = Judged;

/** Trains and judges one network; the same spec gives the same result, and equal seeds share rows, start and batches. */
export async function trial(spec: Spec, host: TrialHost): Promise<Result> {
  const cell = named(cells, spec.cell, "cell");
  const arm = armOf(spec.arm);
  const { train, judged } = await prepare(cell, spec, host);
  const { step, judge } = programsFor(arm, cell.regime, train.shape[0], host.compile);
  const { batch, learningRate } = training;
  const own = arm.parameter === undefined ? {} : { [arm.parameter]: spec.value! };
  const state = await trainOrNull({
    step,
    state: step.init(keyFor(spec.seed, 4), { hyper: { learningRate, ...own } }),
    batches: minibatches(train, { size: batch, seed: derive(spec.seed, 3) }),
    epochs: part(regimes[cell.regime].epochs, spec.fraction, 3),
    signal: host.signal,
  });
  if (state === null) return diverged;
  const result = await judgeBy(
    judge,
    { params: step.params(state), modelState: step.modelState(state) },
    judged,
  );
  discard(state);
  return result;
}

/** The result of a network that diverged. */
const diverged: Result = {
  clean: 1e6,
  pgd: 1e6,
  information: 0,
  informationWide: 0,
  fgsm: attacks.fgsm.map(() => 1e6),
};

/** Names a finished trial in the progress. */
export const describe = ({ cell, arm, value, seed }: Spec, { clean }: Result): string =>
  `${cell}, ${armOf(arm).label}${value === null ? "" : ` ${value}`}, seed ${seed}: ${clean.toFixed(3)}`;
