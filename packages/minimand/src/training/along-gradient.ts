import { numpy as np } from "@jax-js/jax";
import { rangeError } from "../engine/checks.ts";
import { refTree } from "../engine/tree.ts";
import type { Batch } from "./batches.ts";
import { gradientAt } from "./gradient-at.ts";
import type { Objective } from "./objective.ts";
import type { StepMethod } from "./step-method.ts";
import type { SupervisedState } from "./train-step.ts";

/** The method of plain training: along the gradient of an objective, which may have a memory per example. */
export function alongGradient(objective: Objective) {
  const at = gradientAt(objective);
  return {
    direction(inputs) {
      const { loss, aux, gradient } = at(refTree(inputs.params), inputs, refTree(inputs.own));
      return { metrics: { loss }, direction: gradient, modelState: aux.modelState, kept: aux.memory };
    },
    // What a step leaves in the memory, the next one has to find.
    alone: ({ memory }) => Object.keys(memory).length > 0,
    prepare: ({ memory }, batch) => gather(memory, batch),
    record: ({ memory }, batch, kept) => scatter(memory, kept, batch),
  } satisfies StepMethod;
}

function gather(memory: SupervisedState["memory"], { ids, weights }: Batch): { [name: string]: np.Array } {
  const size = weights.shape[0];
  return Object.fromEntries(
    Object.entries(memory).map(([name, values]) => {
      const taken = new Float32Array(size);
      ids.forEach((id, i) => {
        if (id < 0 || id >= values.length)
          throw rangeError("ids", `example ids from 0 to ${values.length - 1}`, id);
        taken[i] = values[id];
      });
      // Padding repeats the first example's entry, which is a legal value of whatever the memory holds.
      taken.fill(taken[0], ids.length);
      return [name, np.array(taken)];
    }),
  );
}

function scatter(
  memory: SupervisedState["memory"],
  next: { [name: string]: np.Array },
  { ids }: Batch,
): void {
  for (const [name, values] of Object.entries(memory)) {
    const updated = next[name].dataSync();
    ids.forEach((id, i) => {
      values[id] = updated[i];
    });
  }
}
