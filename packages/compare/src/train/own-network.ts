import { numpy as np } from "@jax-js/jax";
import { type FeatureModel, type Head, type Model, sequential, type Variables } from "minimand";
import { type Compile, disposeTree, keyOf, rangeError, typeError } from "minimand/engine";
import type { OwnModel } from "../plan/own-parts.ts";
import type { Settings, Task } from "../results.ts";
import { outputsFor } from "../task.ts";
import { firstLine, refusal } from "../usage-error.ts";
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
 * Returns the network of an own model, which has given its outputs for two rows. It counts as layers one after the other only if those layers
 * give its own outputs.
 *
 * @throws UsageError with the file that the model comes from, if it is known, and what is wrong with the model; else a TypeError or RangeError
 */
export function ownNetwork(model: OwnModel, inputs: number, outputs: number): FeatureModel {
  try {
    return checkedNetwork(model.make({ inputs, outputs }), inputs, outputs);
  } catch (error) {
    if (model.origin === undefined) throw error;
    throw refusal(model.origin.file, `${model.id} can't be used: ${firstLine(error)}`);
  }
}

function checkedNetwork(made: FeatureModel, inputs: number, outputs: number): FeatureModel {
  for (const name of ["init", "apply", "applyWithFeatures"] as const)
    if (typeof made?.[name] !== "function")
      throw typeError("model.make", `a model with the function ${name}`, made?.[name]);
  if (made.outputSize !== outputs)
    throw rangeError("model.make", `a model with the outputSize ${outputs}`, made.outputSize);
  const x = np.array(
    Float32Array.from({ length: 2 * inputs }, (_, i) => Math.sin(i + 1)),
    {
      shape: [2, inputs],
    },
  );
  const [{ features, output }, state] = made.applyWithFeatures(initialOf(made), x.ref, { training: false });
  const shapes = [features?.shape, output?.shape].map((shape) => `[${shape}]`).join(" and ");
  disposeTree([features, output, state]);
  const expected = [made.featureSize, outputs].map((size) => `[2,${size}]`).join(" and ");
  if (shapes !== expected)
    throw rangeError(
      "model.make",
      `a model whose features and outputs of 2 rows have the shapes ${expected}`,
      shapes,
    );
  return isItsLayers(made, x) ? made : { ...made, asLayers: undefined };
}

function initialOf(model: FeatureModel): Variables {
  const variables = model.init(keyOf(0));
  if (typeof variables?.params !== "object" || typeof variables.state !== "object")
    throw typeError("model.init", "an object of params and state", variables);
  return variables;
}

/** Whether a model is the layers that it gives: one that is spread from another and has an `apply` of its own isn't. Consumes the rows. */
function isItsLayers(model: FeatureModel, x: np.Array): boolean {
  const outputsOf = (of: Model, given: Variables): number[] => {
    const [output, state] = of.apply(given, x.ref, { training: false });
    disposeTree(state);
    return [...output.dataSync()];
  };
  try {
    if (model.asLayers === undefined) return true;
    const { pieces, variables } = model.asLayers(initialOf(model));
    const got = outputsOf(sequential(pieces), variables);
    return outputsOf(model, initialOf(model)).every(
      (v, i) => Math.abs(got[i] - v) <= 1e-4 * (1 + Math.abs(v)),
    );
  } catch {
    return false;
  } finally {
    x.dispose();
  }
}

/** Throws a RangeError where the settings speak of an own model that isn't there. */
export function checkOwnModel({ model }: Pick<Settings, "model">, own: OwnModel | undefined): void {
  if (model === "own" && own === undefined)
    throw rangeError("model", "one beside the settings, which speak of an own one", own);
}
