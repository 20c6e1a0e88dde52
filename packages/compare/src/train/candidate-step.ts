import {
  adamw,
  type BatchLoss,
  objectiveOf,
  type SupervisedState,
  supervised,
  type TrainStep,
} from "minimand";
import { type Compile, typeError } from "minimand/engine";
import type {
  BuildInfo,
  LossCandidate,
  Memory,
  NetworkCandidate,
  ReferenceCandidate,
  StepParts,
} from "../plan/candidate.ts";
import type { Network } from "./network.ts";

const weightDecay = 1e-4;

/** Returns the training step of a candidate: its own, or the plain one for its objective. */
export function stepOf(
  candidate: NetworkCandidate,
  info: BuildInfo,
  model: Network["model"],
  compile: Compile | undefined,
): TrainStep<SupervisedState> {
  const parts: StepParts = {
    optimizer(hyper) {
      // All are read here: an optimizer may have no learning rate, and a setting be for the memory alone.
      const { learningRate } = { ...hyper };
      return candidate.kind === "optimizer"
        ? candidate.optimizer(hyper, model)
        : adamw(learningRate, { weightDecay });
    },
    compile,
  };
  if (candidate.kind === "step" && candidate.minimises === "own") return candidate.step(info, model, parts);
  if (candidate.kind === "step" && candidate.minimises === "loss")
    return candidate.step(info, model, { ...parts, loss: batchLossOf(candidate.of, info) });
  const loss = "of" in candidate ? candidate.of : candidate;
  const objective =
    loss.kind === "objective" ? loss.objective(info, model) : objectiveOf(model, batchLossOf(loss, info));
  return candidate.kind === "step"
    ? candidate.step(info, model, { ...parts, objective })
    : supervised({ model, objective, ...parts });
}

/** Returns what a candidate remembers of every example at the start: an optimizer changes nothing about it. */
export function memoryOf(
  candidate: NetworkCandidate,
  examples: number,
  parameters: Record<string, number>,
  outputs: number,
): Memory {
  const holder = candidate.kind === "optimizer" ? candidate.of : candidate;
  return "memory" in holder ? (holder.memory?.(examples, parameters, outputs) ?? {}) : {};
}

function batchLossOf(candidate: LossCandidate | ReferenceCandidate, info: BuildInfo): BatchLoss {
  const loss = candidate.loss(info);
  const wholeBatch = "wholeBatch" in candidate && candidate.wholeBatch === true;
  return (output, y, options) => {
    const rows = output.shape[0];
    const values = loss(info.task === "regression" ? output.reshape([-1]) : output, y, options);
    const shape = wholeBatch ? "" : String(rows);
    if (values?.shape?.join() !== shape) {
      const expected = wholeBatch
        ? "a scalar, as the loss has wholeBatch: true"
        : `an array of shape [${rows}], one value a row (or wholeBatch: true and a scalar)`;
      throw typeError(`the value of ${candidate.id}`, expected, values);
    }
    return values;
  };
}
