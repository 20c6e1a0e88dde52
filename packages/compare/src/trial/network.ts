import { numpy as np } from "@jax-js/jax";
import { type FeatureModel, type FlatModel, flat, type Head, mlp, NonFiniteError, predictor } from "minimand";
import { type Compile, disposeTree, type Tree } from "minimand/engine";
import type { Settings, Task } from "../results.ts";
import { outputsFor, traitsOf } from "../task.ts";
import type { Part, PreparedFold } from "./fold.ts";
import { type Prediction, predictionOf } from "./outcome.ts";
import { pairModel } from "./pair-model.ts";

/** Parameters of a trained network; owned by whoever holds it. */
export interface Trained {
  params: Tree;
  state: Tree;
}

/** Gives up trained parameters. */
export function discard({ params, state }: Trained): void {
  disposeTree([params, state]);
}

/** Rows a forward pass takes at once: one program serves parts of every size. */
const chunk = 128;

/** A network of one shape and head, shared by its losses: the same key gives all of them the same start. */
export interface Network {
  model: FlatModel & FeatureModel;
  /** Of one example, before its parameters became one vector. */
  plain: FeatureModel;
  /** Outputs of the rows of a part, `[rows, outputs]`: logits, or standardised numbers. */
  outputs(trained: Trained, part: Pick<Part, "x" | "rows">): Promise<Float32Array>;
  predict(
    trained: Trained,
    part: Pick<Part, "x" | "rows">,
    target: PreparedFold["target"],
  ): Promise<Prediction>;
  dispose(): void;
}

/** The network for a number of inputs and classes (one output in regression, and for each response of a pair). */
export function makeNetwork(
  inputs: number,
  task: Task,
  classes: number,
  { model: kind, hidden, head }: Pick<Settings, "model" | "hidden"> & { head?: Head },
  compile?: Compile,
): Network {
  const outputs = outputsFor(task, classes);
  return networkOf(
    mlp({ inputs, hidden: kind === "linear" ? [] : hidden, outputs, head }),
    inputs,
    task,
    compile,
  );
}

/** A model as a network; of pairs it gives both responses their rewards. */
export function networkOf(
  network: FeatureModel,
  inputsEach: number,
  task: Task,
  compile: Compile | undefined,
): Network {
  const { examplesPerRow } = traitsOf[task];
  const model = flat(examplesPerRow === 2 ? pairModel(network) : network);
  const inputs = examplesPerRow * inputsEach;
  const outputs = model.outputSize;
  const forward = predictor(model, compile);
  const outputsOf: Network["outputs"] = async ({ params, state }, { x, rows }) => {
    const all = new Float32Array(rows * outputs);
    for (let start = 0; start < rows; start += chunk) {
      const n = Math.min(chunk, rows - start);
      const input = new Float32Array(chunk * inputs);
      input.set(x.subarray(start * inputs, (start + n) * inputs));
      const out = await forward(params, state, np.array(input, { shape: [chunk, inputs] })).data();
      all.set((out as Float32Array).subarray(0, n * outputs), start * outputs);
    }
    const wrong = all.find((v) => !Number.isFinite(v));
    if (wrong !== undefined) throw new NonFiniteError(0, "output", wrong);
    return all;
  };
  return {
    model,
    plain: network,
    outputs: outputsOf,
    predict: async (trained, part, target) =>
      predictionOf(await outputsOf(trained, part), part.rows, task, target),
    dispose: () => forward.dispose(),
  };
}
