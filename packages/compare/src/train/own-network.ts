import { numpy as np } from "@jax-js/jax";
import type { FeatureModel, Head } from "minimand";
import { type Compile, disposeTree, keyOf, rangeError, typeError } from "minimand/engine";
import type { OwnModel } from "../plan/own-parts.ts";
import type { Settings, Task } from "../results.ts";
import { outputsFor } from "../task.ts";
import { makeNetwork, type Network, networkOf } from "./network.ts";

/** Returns the own model as the network for a number of inputs and classes, or without one the network of the settings. */
export function makeNetworkOf(
  model: OwnModel | undefined,
  inputs: number,
  task: Task,
  classes: number,
  settings: Pick<Settings, "model" | "hidden"> & { head?: Head },
  compile?: Compile,
): Network {
  return model === undefined
    ? makeNetwork(inputs, task, classes, settings, compile)
    : networkOf(ownNetwork(model, inputs, outputsFor(task, classes)), task, compile);
}

/**
 * Returns the network of an own model, which has given its outputs for two rows.
 *
 * @throws TypeError, RangeError saying what of it isn't as a model has to be
 */
export function ownNetwork({ make }: OwnModel, inputs: number, outputs: number): FeatureModel {
  const made = make({ inputs, outputs });
  for (const name of ["init", "apply", "applyWithFeatures"] as const)
    if (typeof made?.[name] !== "function")
      throw typeError("model.make", `a model with the function ${name}`, made?.[name]);
  if (made.outputSize !== outputs)
    throw rangeError("model.make", `a model with the outputSize ${outputs}`, made.outputSize);
  const x = np.zeros([2, inputs]);
  const [{ features, output }, state] = made.applyWithFeatures(made.init(keyOf(0)), x, { training: false });
  const shapes = [features?.shape, output?.shape].map((shape) => `[${shape}]`).join(" and ");
  disposeTree([features, output, state]);
  const expected = [made.featureSize, outputs].map((size) => `[2,${size}]`).join(" and ");
  if (shapes !== expected)
    throw rangeError(
      "model.make",
      `a model whose features and outputs of 2 rows have the shapes ${expected}`,
      shapes,
    );
  return made;
}

/** Throws a RangeError where the settings speak of an own model that isn't there. */
export function checkOwnModel({ model }: Pick<Settings, "model">, own: OwnModel | undefined): void {
  if (model === "own" && own === undefined)
    throw rangeError("model", "one beside the settings, which speak of an own one", own);
}
