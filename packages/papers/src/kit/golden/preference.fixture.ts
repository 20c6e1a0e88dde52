import type { numpy as np } from "@jax-js/jax";
import type { PairLogps } from "minimand/losses";
import { type Adapters, float, meanAndGradients } from "./adapters.ts";

/** A loss of preferences of the vectors: values, their mean, and the gradient of the mean in the policy's log-probabilities. */
export const preference =
  // biome-ignore lint/suspicious/noExplicitAny: options of the vectors are JSON of many shapes.
    (loss: (pairs: PairLogps, options: any) => np.Array): Adapters[string] =>
    (inputs, options) => {
      const { chosen_lengths: chosen, rejected_lengths: rejected = chosen } = options;
      const lengths = (): Partial<PairLogps> =>
        chosen === undefined ? {} : { chosenLengths: float(chosen), rejectedLengths: float(rejected) };
      const { perExample, mean, gradients } = meanAndGradients(
        (policyChosen, policyRejected) =>
          loss(
            {
              policyChosen,
              policyRejected,
              refChosen: float(inputs.reference_chosen_logps),
              refRejected: float(inputs.reference_rejected_logps),
              ...lengths(),
            },
            options,
          ),
        float(inputs.policy_chosen_logps),
        float(inputs.policy_rejected_logps),
      );
      return {
        per_example: perExample,
        value: mean,
        grad_policy_chosen_logps: gradients[0],
        grad_policy_rejected_logps: gradients[1],
      };
    };

/** Numbers in the order in which other numbers ascend. */
export function inOrderOf(values: readonly number[], keys: readonly number[]): number[] {
  return keys
    .map((key, i) => ({ key, i }))
    .toSorted((a, b) => a.key - b.key)
    .map(({ i }) => values[i]);
}

/** Elementwise `a - b`. */
export const minus = (a: readonly number[], b: readonly number[]): number[] => a.map((v, i) => v - b[i]);
