import { numpy as np } from "@jax-js/jax";
import { type Bounds, checkNumber, typeError } from "../engine/checks.ts";
import { didYouMean } from "../engine/suggest.ts";
import { leavesOf, type Tree } from "../engine/tree.ts";
import type { GradientTransformation } from "../optimizers/transformation.ts";

/** Hyperparameters of a run: numbers that are inputs of the compiled step. */
export type Hyper = { [name: string]: number };

/** Hyperparameters as `init` is given them; `undefined` is one that is left out. */
export type GivenHyper = { [name: string]: number | undefined };

/** Hyperparameters inside a program: 0-d arrays of the same names. */
export type TracedHyper<H extends Hyper = Hyper> = { [K in keyof H]-?: np.Array };

/** Defaults and ranges of hyperparameters; one without a default has to be given, unless it is optional. */
export type HyperRanges = { readonly [name: string]: Bounds & { default?: number; optional?: true } };

/** An optimizer, or one made of the hyperparameters, so that e.g. its learning rate is an input of the program. */
export type HyperOptimizer<H extends Hyper = Hyper> =
  | GradientTransformation
  | ((hyper: TracedHyper<H>) => GradientTransformation);

/**
 * The hyperparameters given and the defaults of the others, checked.
 *
 * @param declared of the step's options: its names and those of the ranges are then all that there are
 */
export function readHyper(ranges: HyperRanges, given: Hyper, declared?: Hyper): Hyper {
  if (declared !== undefined)
    checkNames(Object.keys(given), [...new Set([...Object.keys(declared), ...Object.keys(ranges)])]);
  const all: Hyper = { ...declared, ...given };
  for (const [name, value] of Object.entries(all)) {
    if (typeof value !== "number" || !Number.isFinite(value))
      throw typeError(`hyper.${name}`, "a finite number", value);
  }
  if (all.learningRate !== undefined) checkNumber("hyper.learningRate", all.learningRate, { min: 0 });
  for (const [name, { default: usual, optional, ...bounds }] of Object.entries(ranges)) {
    const value = all[name] ?? usual;
    if (value === undefined && optional) continue;
    checkNumber(`hyper.${name}`, value, bounds);
    all[name] = value;
  }
  // A program serves one order of names.
  return Object.fromEntries(Object.entries(all).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** Refuses hyperparameters that nobody knows: a mistyped name would mean the default. */
function checkNames(given: readonly string[], known: readonly string[]): void {
  for (const name of given) {
    if (known.includes(name)) continue;
    const { message } = typeError("hyper", `only the names ${known.join(", ") || "(none)"}`, name);
    throw new TypeError(`${message}${didYouMean(name, known)}`);
  }
}

/** Refuses hyperparameters that nobody has read: what is asked for is known once a program is traced, where no names are declared. */
export function checkUnread(given: TracedHyper, read: ReadonlySet<string>): void {
  checkNames(Object.keys(given), [...read]);
}

/** What stands behind hyperparameters by name: the tree itself, and the names that were read. */
const behind = new WeakMap<TracedHyper, { tree: TracedHyper; read: Set<string> }>();

/** Hyperparameters by name; a name that was not given to `init` is an error, where `undefined` would mean some default. */
export function named(tree: TracedHyper, read = new Set<string>()): TracedHyper {
  const proxy = new Proxy(tree, {
    get(target, name) {
      if (typeof name === "string") {
        if (!(name in target)) {
          const known = Object.keys(target).join(", ") || "none";
          throw typeError(`hyper.${name}`, `one of those given to init (${known})`, undefined);
        }
        read.add(name);
      }
      return Reflect.get(target, name);
    },
  });
  behind.set(proxy, { tree, read });
  return proxy;
}

/** The tree of hyperparameters by name, of which nothing is read by that, and the names that were. */
export function unnamed(hyper: TracedHyper): { tree: TracedHyper; read: Set<string> } {
  return behind.get(hyper) ?? { tree: hyper, read: new Set() };
}

/** Hyperparameters as a program is given them: numbers are float32 inputs, which would lose digits next to float64 parameters. */
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
