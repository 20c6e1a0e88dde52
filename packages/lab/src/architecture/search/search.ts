import { numpy as np } from "@jax-js/jax";
import {
  type Compile,
  checkNoNaN,
  compileWithJit,
  leavesOf,
  type OptionNames,
  readOptions,
  refTree,
  type Tree,
  typeError,
} from "minimand/engine";
import {
  checkUnread,
  type HyperRanges,
  hyperInputs,
  initOptimizer,
  named,
  optimizerAt,
  readHyper,
} from "minimand/internals";
import { applyUpdates } from "minimand/optimizers";
import type { GivenHyper, Hyper, HyperOptimizer, TracedHyper } from "minimand/training";

/** Of a search, each network and the architecture have one. */
export type SearchOptimizer<H extends Hyper = Hyper> = HyperOptimizer<H>;

/** A proximal step: parameters after the optimizer's step to those that are kept. Traced; consumes the tree. */
export type Proximal<H extends Hyper = Hyper> = (parameters: Tree, hyper: TracedHyper<H>) => Tree;

/** What all searches are built from. */
export interface SearchOptions<H extends Hyper = Hyper> {
  /** Of the network weights; every network of the search has its own state of it. */
  optimizer: SearchOptimizer<NoInfer<H>>;
  /** Of the architecture parameters. */
  architectureOptimizer: SearchOptimizer<NoInfer<H>>;
  /** After each step of the architecture, e.g. {@link proxL1} for gates. */
  architectureProx?: Proximal<NoInfer<H>>;
  /** After each step of a network, e.g. {@link proxGroupL2} for the filters of a channel. */
  weightProx?: Proximal<NoInfer<H>>;
  /**
   * Hyperparameters of optimizers and proximal steps, each with its default; another name then compiles nowhere, but for those of the
   * search itself. Left out, `init` has to be given all that is asked for, and no more.
   */
  hyper?: H;
  /** Default: the engine's `jit`. */
  compile?: Compile;
}

/** For searches that take these and more. */
export const searchOptions: OptionNames<SearchOptions> = {
  optimizer: true,
  architectureOptimizer: true,
  architectureProx: true,
  weightProx: true,
  hyper: true,
  compile: true,
};

/** Networks by name (`weights`, and those the search adds), architecture and optimizer states. The state owns its arrays. */
export interface SearchState {
  networks: { weights: Tree; [name: string]: Tree };
  architecture: Tree;
  optimizer: { [name: string]: Tree };
  hyper: Hyper;
  count: number;
}

/** Scalars of one step: the objective, its two losses and the largest architecture parameter. */
export type SearchMetrics = {
  loss: np.Array;
  trainLoss: np.Array;
  valLoss: np.Array;
  /** `max |alpha|` after the step. */
  architectureSize: np.Array;
  [name: string]: np.Array;
};

/** What a search starts from in addition to weights and architecture. */
export interface SearchInit<Given extends object = GivenHyper> {
  hyper?: Given;
  /** Starts of further networks by name; default: copies of the weights. */
  networks?: { [name: string]: Tree };
}

/**
 * One way of searching for an architecture. `init` consumes weights and architecture; `update` consumes the state and one
 * batch of each half of the data, and returns the next state with scalars to log. `Given` are the hyperparameters that `init` takes.
 */
export interface ArchitectureSearch<Batch extends Tree = Tree, Given extends object = GivenHyper> {
  /** Passes forward and back that a step costs. */
  gradientsPerStep: number;
  init(weights: Tree, architecture: Tree, options?: SearchInit<Given>): SearchState;
  update(state: SearchState, trainBatch: Batch, valBatch: Batch): [SearchState, SearchMetrics];
  /** Frees the compiled programs. */
  dispose(): void;
}

/** What the body of a search works with; all of it is consumed by the body. */
export interface Sweep {
  one: np.Array;
  networks: SearchState["networks"];
  architecture: Tree;
  hyper: TracedHyper;
  /** Steps made so far. */
  count: np.Array;
  trainBatch: Tree;
  valBatch: Tree;
  /** One step of a network by a gradient, with the optimizer state of that network; consumes both trees. */
  stepNetwork(name: string, gradient: Tree, weights: Tree): Tree;
  /** The step of the optimizer alone, before any proximal step. */
  stepRaw(name: string, gradient: Tree, weights: Tree): Tree;
  stepArchitecture(gradient: Tree, architecture: Tree): Tree;
  proxNetwork(weights: Tree): Tree;
}

type Carry = Pick<SearchState, "networks" | "architecture" | "optimizer">;

/**
 * Compiles the body of a search into one program and carries its state.
 *
 * No `makeStep`: that is one direction and one optimizer's step behind it, on one batch of a model's own start. A search takes
 * its gradients between the steps of its optimizers, one for each network and one for the architecture, on two batches, from
 * weights that are given.
 */
export function makeSearch(
  options: SearchOptions & { optimizers?: { [network: string]: SearchOptimizer } },
  parts: {
    gradientsPerStep: number;
    /** Networks in addition to the weights. */
    networks: readonly string[];
    /** Trees in addition to the networks, which the body carries among them without an optimizer, from the weights. */
    carried?: { [name: string]: (weights: Tree) => Tree };
    /** Hyperparameters in addition to those of the optimizers. */
    hyper: HyperRanges;
    check?: (hyper: Hyper) => void;
    body: (sweep: Sweep) => {
      networks: SearchState["networks"];
      architecture: Tree;
      metrics: Omit<SearchMetrics, "architectureSize">;
    };
  },
): ArchitectureSearch {
  const { compile = compileWithJit, architectureProx, weightProx, optimizers = {} } = options;
  const names = ["weights", ...parts.networks];
  const optimizerOf = (name: string): SearchOptimizer =>
    name === "architecture" ? options.architectureOptimizer : (optimizers[name] ?? options.optimizer);

  const program = compile(
    (
      { networks, architecture, optimizer }: Carry,
      [trainBatch, valBatch]: [Tree, Tree],
      { one, hyper, count }: { one: np.Array; hyper: TracedHyper; count: np.Array },
    ): [Carry, SearchMetrics] => {
      const read = new Set([...Object.keys(options.hyper ?? {}), ...Object.keys(parts.hyper)]);
      const own = (): TracedHyper => named(refTree(hyper), read);
      const states = { ...optimizer };
      const step = (name: string, gradient: Tree, params: Tree): Tree => {
        const transformation = optimizerAt(optimizerOf(name), own());
        const [updates, next] = transformation.update(gradient, states[name], refTree(params));
        states[name] = next;
        return applyUpdates(params, updates);
      };
      const proxNetwork = (weights: Tree): Tree => weightProx?.(weights, own()) ?? weights;
      const { metrics, ...stepped } = parts.body({
        one,
        networks,
        architecture,
        hyper: named(hyper, read),
        count,
        trainBatch,
        valBatch,
        stepRaw: step,
        proxNetwork,
        stepNetwork: (name, gradient, weights) => proxNetwork(step(name, gradient, weights)),
        stepArchitecture(gradient, current) {
          const next = step("architecture", gradient, current);
          return architectureProx?.(next, own()) ?? next;
        },
      });
      checkUnread(hyper, read);
      const architectureSize = largestOf(refTree(stepped.architecture));
      return [{ ...stepped, optimizer: states }, { ...metrics, architectureSize } as SearchMetrics];
    },
  );

  return {
    gradientsPerStep: parts.gradientsPerStep,
    init(weights, architecture, start = {}) {
      const { hyper: given, networks: starts } = readOptions("init", start, { hyper: [{}], networks: [{}] });
      const numbers = Object.entries(given).filter(([, value]) => value !== undefined);
      const hyper = readHyper(parts.hyper, Object.fromEntries(numbers) as Hyper, options.hyper);
      parts.check?.(hyper);
      for (const name of Object.keys(starts))
        if (!parts.networks.includes(name))
          throw typeError(`networks.${name}`, `one of ${parts.networks.join(", ") || "none"}`, "a network");
      checkLeaves("weights", weights);
      checkLeaves("architecture", architecture);
      const networks: SearchState["networks"] = { weights };
      for (const name of parts.networks) networks[name] = starts[name] ?? refTree(weights);
      const optimizer = Object.fromEntries(
        names.map((name) => [name, initOptimizer(optimizerOf(name), hyper, networks[name])]),
      );
      optimizer.architecture = initOptimizer(options.architectureOptimizer, hyper, architecture);
      for (const [name, start] of Object.entries(parts.carried ?? {})) networks[name] = start(weights);
      return { networks, architecture, optimizer, hyper, count: 0 };
    },
    update(state, trainBatch, valBatch) {
      const { networks, architecture, optimizer, hyper, count } = state;
      const [next, metrics] = program({ networks, architecture, optimizer }, [trainBatch, valBatch], {
        one: 1 as never,
        hyper: hyperInputs(hyper, networks.weights),
        count: count as never,
      });
      return [{ ...next, hyper, count: count + 1 }, metrics];
    },
    dispose: () => program.dispose(),
  };
}

function checkLeaves(name: string, tree: Tree): void {
  for (const leaf of leavesOf(tree)) checkNoNaN(name, leaf);
}

function largestOf(tree: Tree): np.Array {
  return leavesOf(tree)
    .map((leaf) => np.max(np.abs(leaf)))
    .reduce((a, b) => np.maximum(a, b));
}
