import type { numpy as np } from "@jax-js/jax";
import type { Task } from "../results.ts";
import type { LossCandidate } from "./candidate.ts";
import { type Tuned, tuning } from "./tuning.ts";

/** A loss of the library: weights and parameters are options. */
type LossFunction<Name extends string> = (
  output: np.Array,
  y: np.Array,
  options: { weights: np.Array } & Record<Name, np.Array>,
) => np.Array;

/** Optional properties of a loss, in addition to its name, label and formula. */
export type MoreOfLoss<Name extends string> = Pick<
  LossCandidate,
  "paper" | "reference" | "head" | "classWeighted" | "onlyByName"
> & {
  /** Default: nothing. */
  tuned?: Tuned<Name>;
};

/** Makes losses of the library candidates for tasks: each is given the weights, and what is tuned under the names of its parameters. */
export function lossesFor(tasks: readonly Task[]) {
  return <Name extends string = never>(
    id: string,
    label: string,
    formula: string,
    of: LossFunction<Name>,
    { tuned, ...more }: MoreOfLoss<Name> = {},
  ): LossCandidate => {
    const { settings, parameters } = tuning(tuned);
    const names = Object.keys(parameters) as Name[];
    return {
      ...more,
      kind: "loss",
      id,
      label,
      formula,
      tasks,
      settings,
      parameters,
      loss:
        () =>
        (output, y, { weights, hyper }) => {
          const own = Object.fromEntries(names.map((name) => [name, hyper[name]])) as Record<Name, np.Array>;
          return of(output, y, { weights, ...own });
        },
    };
  };
}
