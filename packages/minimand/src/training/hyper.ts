import { numpy as np } from "@jax-js/jax";
import { type Bounds, checkNumber, typeError } from "../engine/checks.ts";
import { leavesOf, type Tree } from "../engine/tree.ts";
import type { GradientTransformation } from "../optimizers/transformation.ts";

/** Hyperparameters of a run: numbers that are inputs of the compiled step. */
export type Hyper = { [name: string]: number };

/** Hyperparameters inside a program. */
export type TracedHyper = { [name: string]: np.Array };

/** Defaults and ranges of hyperparameters; one without a default has to be given. */
export type HyperRanges = { readonly [name: string]: Bounds & { default?: number } };

/** An optimizer, or one made of the hyperparameters, so that e.g. its learning rate is an input of the program. */
export type HyperOptimizer = GradientTransformation | ((hyper: TracedHyper) => GradientTransformation);

/** The hyperparameters given and the defaults of the others, checked. */
export function readHyper(ranges: HyperRanges, given: Hyper): Hyper {
  for (const [name, value] of Object.entries(given)) {
    if (typeof value !== "number" || !Number.isFinite(value))
      throw typeError(`hyper.${name}`, "a finite number", value);
  }
  const all: Hyper = { ...given };
  for (const [name, { default: usual, ...bounds }] of Object.entries(ranges)) {
    const value = given[name] ?? usual;
    checkNumber(`hyper.${name}`, value, bounds);
    all[name] = value;
  }
  return all;
}

/** Hyperparameters by name; a name that was not given to `init` is an error, where `undefined` would mean some default. */
export function named(hyper: TracedHyper): TracedHyper {
  return new Proxy(hyper, {
    get(target, name) {
      if (typeof name === "string" && !(name in target)) {
        const known = Object.keys(target).join(", ") || "none";
        throw typeError(`hyper.${name}`, `one of those given to init (${known})`, undefined);
      }
      return Reflect.get(target, name);
    },
  });
}

/** Hyperparameters as a program is given them: numbers are float32 inputs, which would lose digits beside float64 parameters. */
export function hyperInputs(hyper: Hyper, params: Tree): TracedHyper {
  if (leavesOf(params)[0]?.dtype !== np.float64) return hyper as never;
  return mapValues(hyper, (value) => np.array(value, { dtype: np.float64 }));
}

/** The optimizer for these hyperparameters. */
export function optimizerAt(optimizer: HyperOptimizer, hyper: TracedHyper): GradientTransformation {
  return typeof optimizer === "function" ? optimizer(hyper) : optimizer;
}

/** What an optimizer starts from. Looks at the parameters. */
export function initOptimizer(optimizer: HyperOptimizer, hyper: Hyper, params: Tree): Tree {
  // Only the shapes matter here: learning rates have no part in an initial optimizer state.
  return optimizerAt(
    optimizer,
    mapValues(hyper, (value) => np.array(value)),
  ).init(params);
}

function mapValues(hyper: Hyper, f: (value: number) => np.Array): TracedHyper {
  return Object.fromEntries(Object.entries(hyper).map(([name, value]) => [name, f(value)]));
}
