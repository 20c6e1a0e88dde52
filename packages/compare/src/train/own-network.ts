import { numpy as np } from "@jax-js/jax";
import { type FeatureModel, type Head, type Layered, type Model, sequential, type Variables } from "minimand";
import { type Compile, disposeTree, keyOf, rangeError, type Tree, typeError } from "minimand/engine";
import type { OwnModel } from "../plan/own-parts.ts";
import type { Settings, Task } from "../results.ts";
import { outputsFor } from "../task.ts";
import { refusalOf } from "../usage-error.ts";
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
 * give its own outputs. Where the file that it comes from is known, it says so of all errors of the model, later ones too.
 *
 * @throws UsageError with the file and what is wrong with the model; without a file what the model threw, or a TypeError or RangeError
 */
export function ownNetwork(model: OwnModel, inputs: number, outputs: number): FeatureModel {
  const blamed = <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      if (model.origin === undefined) throw error;
      throw refusalOf(error, model.origin.file, `${model.id} can't be used`);
    }
  };
  return blamed(() => {
    const made = checkedModel(model.make({ inputs, outputs }), outputs);
    // The user's code may be a class with private fields, or change what it returned.
    const network: FeatureModel = {
      ...(made.vocabulary !== undefined && { vocabulary: made.vocabulary }),
      featureSize: made.featureSize,
      outputSize: outputs,
      init: (key) => blamed(() => checkedVariables(made.init(key))),
      apply: (...given) => blamed(() => checkedPair("model.apply", made.apply(...given))),
      applyWithFeatures: (...given) =>
        blamed(() => checkedPair("model.applyWithFeatures", made.applyWithFeatures(...given))),
    };
    const layers = (variables: Variables): Layered => blamed(() => made.asLayers!(variables));
    const x = np.array(
      Float32Array.from({ length: 2 * inputs }, (_, i) => Math.sin(i + 1)),
      { shape: [2, inputs] },
    );
    try {
      checkShapes(network, x);
      const outputs = outputsOf(network, network.init(keyOf(0)), x);
      return made.asLayers !== undefined && giveOutputs(layers, network.init(keyOf(0)), x, outputs)
        ? { ...network, asLayers: layers }
        : network;
    } finally {
      x.dispose();
    }
  });
}

function checkedModel(made: FeatureModel, outputs: number): FeatureModel {
  for (const name of ["init", "apply", "applyWithFeatures"] as const)
    if (typeof made?.[name] !== "function")
      throw typeError("model.make", `a model with the function ${name}`, made?.[name]);
  if (made.outputSize !== outputs)
    throw rangeError("model.make", `a model with the outputSize ${outputs}`, made.outputSize);
  return made;
}

function checkedVariables(variables: Variables): Variables {
  if (typeof variables?.params !== "object" || typeof variables.state !== "object")
    throw typeError("model.init", "an object of params and state", variables);
  return variables;
}

function checkedPair<T extends [unknown, Tree]>(name: string, pair: T): T {
  if (!Array.isArray(pair) || pair.length !== 2) throw typeError(name, "a pair of outputs and state", pair);
  return pair;
}

/** Throws a RangeError where features or outputs of rows, which it looks at, have other shapes than the model says. */
function checkShapes(network: FeatureModel, x: np.Array): void {
  const [{ features, output }, state] = network.applyWithFeatures(network.init(keyOf(0)), x.ref, {
    training: false,
  });
  const shapes = [features?.shape, output?.shape].map((shape) => `[${shape}]`).join(" and ");
  disposeTree([features, output, state]);
  const expected = [network.featureSize, network.outputSize].map((size) => `[2,${size}]`).join(" and ");
  if (shapes !== expected)
    throw rangeError(
      "model.make",
      `a model whose features and outputs of 2 rows have the shapes ${expected}`,
      shapes,
    );
}

/** Returns the outputs for rows, which it looks at, with variables, which it consumes. */
function outputsOf(model: Model, variables: Variables, x: np.Array): number[] {
  const [output, state] = model.apply(variables, x.ref, { training: false });
  disposeTree(state);
  return [...output.dataSync()];
}

/** Whether layers give a model's outputs: those of one that is spread from another and has an `apply` of its own don't. */
function giveOutputs(
  layers: (variables: Variables) => Layered,
  given: Variables,
  x: np.Array,
  outputs: readonly number[],
): boolean {
  try {
    const { pieces, variables } = layers(given);
    const got = outputsOf(sequential(pieces), variables, x);
    return outputs.every((v, i) => Math.abs(got[i] - v) <= 1e-4 * (1 + Math.abs(v)));
  } catch {
    return false;
  }
}

/** Throws a RangeError where the settings speak of an own model that isn't there. */
export function checkOwnModel({ model }: Pick<Settings, "model">, own: OwnModel | undefined): void {
  if (model === "own" && own === undefined)
    throw rangeError("model", "one beside the settings, which speak of an own one", own);
}
