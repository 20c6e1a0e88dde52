import type { numpy as np } from "@jax-js/jax";
import { type FeatureModel, type FlatModel, type Head, mlp, predictor } from "minimand";
import { type Compile, disposeTree, refTree, type Tree } from "minimand/engine";
import { flat } from "minimand/models";
import { NonFiniteError } from "minimand/training";
import type { Settings, Task } from "../results.ts";
import { outputsFor, traitsOf } from "../task.ts";
import type { PreparedFold, Rows } from "./fold.ts";
import { inChunks, inChunksTogether } from "./in-chunks.ts";
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

/** A network of one shape and head, shared by its losses: the same key gives all of them the same start. */
export interface Network {
  model: FlatModel & FeatureModel;
  /** Of one example, before its parameters became one vector. */
  plain: FeatureModel;
  /** Outputs of the rows of a part, `[rows, outputs]`: logits, or standardised numbers. */
  outputs(trained: Trained, part: Rows): Promise<Float32Array>;
  predict(trained: Trained, part: Rows, target: PreparedFold["target"]): Promise<Prediction>;
  /**
   * As `predict`, of several networks whose parameters have a new first axis, one entry per network; for one whose outputs aren't finite,
   * the error. Undefined where the compiler batches none.
   */
  predictAll?(
    several: Trained,
    part: Rows,
    target: PreparedFold["target"],
  ): Promise<(Prediction | NonFiniteError)[] | null>;
  dispose(): void;
}

/** Returns the network for a number of inputs and classes (one output in regression, and for each response of a pair). */
export function makeNetwork(
  inputs: number,
  task: Task,
  classes: number,
  { model: kind, hidden, head }: Pick<Settings, "model" | "hidden"> & { head?: Head },
  compile?: Compile,
): Network {
  const outputs = outputsFor(task, classes);
  return networkOf(mlp({ inputs, hidden: kind === "linear" ? [] : hidden, outputs, head }), task, compile);
}

/** Returns a model as a network; of pairs it gives both responses their rewards. */
export function networkOf(network: FeatureModel, task: Task, compile: Compile | undefined): Network {
  const model = flat(traitsOf[task].examplesPerRow === 2 ? pairModel(network) : network);
  const forward = predictor(model, compile);
  const together = compile?.together?.((_: Tree, x: np.Array, trained: Tree): [Tree, np.Array] => {
    const [output] = model.apply(trained as unknown as Trained, x, { training: false });
    return [{}, output];
  });
  const outputsOf: Network["outputs"] = async ({ params, state }, part) => {
    const all = await inChunks(part, (x) => forward(params, state, x));
    const wrong = notFinite(all);
    if (wrong !== undefined) throw wrong;
    return all;
  };
  return {
    model,
    plain: network,
    outputs: outputsOf,
    predict: async (trained, part, target) =>
      predictionOf(await outputsOf(trained, part), part.rows, task, target),
    ...(together && {
      async predictAll(several, part, target) {
        const all = await inChunksTogether(
          part,
          (xs) => together({}, xs, refTree({ ...several }))?.[1] ?? null,
        );
        return (
          all?.map((outputs) => notFinite(outputs) ?? predictionOf(outputs, part.rows, task, target)) ?? null
        );
      },
    }),
    dispose() {
      forward.dispose();
      together?.dispose();
    },
  };
}

function notFinite(outputs: Float32Array): NonFiniteError | undefined {
  const wrong = outputs.find((v) => !Number.isFinite(v));
  return wrong === undefined ? undefined : new NonFiniteError(0, "output", wrong);
}
