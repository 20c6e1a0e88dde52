import type { numpy as np } from "@jax-js/jax";
import type { LossCandidate } from "./candidate.ts";

/** A loss of the library: weights and parameters are options. */
type LossFunction<Name extends string> = (
  output: np.Array,
  y: np.Array,
  options: { weights: np.Array } & Record<Name, np.Array>,
) => np.Array;

interface PlainLoss<Name extends string>
  extends Omit<LossCandidate, "kind" | "loss" | "settings" | "parameters"> {
  /** Default: none. */
  settings?: readonly Record<Name, number>[];
  parameters?: Record<Name, string>;
  of: LossFunction<Name>;
}

/** A loss of the library as a candidate: it is given the weights, and what is tuned under the names of its parameters. */
export function lossCandidate<Name extends string = never>({
  of,
  settings = [],
  parameters = {} as Record<Name, string>,
  ...rest
}: PlainLoss<Name>): LossCandidate {
  const names = Object.keys(parameters) as Name[];
  return {
    ...rest,
    kind: "loss",
    settings,
    parameters,
    loss:
      () =>
      (output, y, { weights, hyper }) => {
        const tuned = Object.fromEntries(names.map((name) => [name, hyper[name]])) as Record<Name, np.Array>;
        return of(output, y, { weights, ...tuned });
      },
  };
}
