import { numpy as np } from "@jax-js/jax";
import {
  adam,
  applyUpdates,
  chain,
  clipByGlobalNorm,
  diffusionSorption,
  equationResiduals,
  type LayerConstants,
  type LayerTerms,
  type LeastSquaresReport,
  type LinearCombinationLayer,
  linearCombinationLayer,
  mlp,
  softConstraintLoss,
} from "minimand";
import {
  type Compile,
  compileWithJit,
  differentiate,
  disposeTree,
  keyOf,
  refTree,
  type Tree,
} from "minimand/engine";
import type { Arm } from "./arms.ts";
import { type Instance, initialLines, inputRows } from "./data.ts";
import { grid, inner, problem, training } from "./settings.ts";

const [nt, nx] = [grid.times.length, grid.places.length];
const { equations, terms: termsOf } = diffusionSorption(grid, problem);

/** Parameters and the optimizer's state. */
export interface State {
  params: Tree;
  optimizer: Tree;
}

/** What a network makes of instances. */
export interface Solved {
  /** `[batch, times, places]`, row by row. */
  field: Float32Array;
  /** Root mean square of the equation's residual, of all instances. */
  residual: number;
  report: LeastSquaresReport | null;
}

/** The compiled programs of an arm. */
export interface Network {
  init(seed: number): State;
  /** One step of training on instances; consumes the state. */
  train(
    state: State,
    instances: readonly Instance[],
    seed: number,
    learningRate: number,
  ): { state: State; loss: number };
  /** The fields of instances, the inner solve on all points. Looks at the state. */
  solve(state: State, instances: readonly Instance[]): Solved;
}

/** A batch of instances as arrays. */
const arraysOf = (instances: readonly Instance[]): { x: np.Array; initial: np.Array } => ({
  x: np.array(inputRows(instances), { shape: [instances.length * nt * nx, 4] }),
  initial: np.array(initialLines(instances), { shape: [instances.length, nx] }),
});

/** Compiles an arm's programs. */
export function networkOf(
  arm: Pick<Arm, "size" | "experts" | "samples" | "warm">,
  compile: Compile = compileWithJit,
): Network {
  const hard = arm.experts !== null;
  const model = mlp({ inputs: 4, hidden: training.hidden, outputs: hard ? arm.size : 1, activation: "tanh" });
  const basisOf = (params: Tree, x: np.Array): np.Array => {
    const [output] = model.apply({ params, state: {} }, x, { training: true });
    return output.reshape([-1, nt, nx, hard ? arm.size : 1]);
  };
  const layerOf = (
    experts: Arm["experts"],
    options: { samplesPerExpert?: number; maxIterations: number },
  ): LinearCombinationLayer | null =>
    experts &&
    linearCombinationLayer({
      ...{ equations, grid: [nt, nx], size: arm.size, experts, compile },
      ...inner.always,
      ...options,
    });
  const trained = layerOf(arm.experts, { samplesPerExpert: arm.samples, ...inner.training });
  const tested = layerOf(arm.experts, inner.test);
  const first = arm.warm ? layerOf([1, 1], { samplesPerExpert: inner.warmSamples, ...inner.training }) : null;

  /** The field `[batch, times, places, 1]` of a basis; consumes all. */
  const fieldOf = (
    basis: np.Array,
    initial: np.Array,
    layer: LinearCombinationLayer | null,
    constants: Tree,
  ): np.Array => {
    if (layer === null) {
      disposeTree([initial, constants]);
      return basis;
    }
    const weights = layer.weights(termsOf(basis.ref, initial), constants as unknown as LayerConstants);
    return layer.combine(basis, weights).reshape([-1, nt, nx, 1]);
  };

  const bases = compile((params: Tree, x: np.Array, initial: np.Array) => {
    return termsOf(basisOf(params, x), initial) as unknown as Tree;
  });
  const gradientOf = differentiate(
    (params: Tree, x: np.Array, initial: np.Array, constants: Tree): [np.Array, Tree] => {
      const field = fieldOf(basisOf(params, x), initial.ref, trained, constants);
      return [softConstraintLoss(equations, termsOf(field, initial)), []];
    },
  );
  const update = compile(
    (
      one: np.Array,
      { params, optimizer }: { params: Tree; optimizer: Tree },
      x: np.Array,
      initial: np.Array,
      constants: Tree,
      learningRate: np.Array,
    ): Tree => {
      const [[loss], gradient] = gradientOf(one, refTree(params), x, initial, constants);
      const rule = chain(clipByGlobalNorm(training.clip), adam(learningRate));
      const [updates, next] = rule.update(gradient, optimizer, refTree(params));
      return { params: applyUpdates(params, updates), optimizer: next, loss };
    },
  );
  const evaluate = compile((params: Tree, x: np.Array, initial: np.Array, constants: Tree): Tree[] => {
    const field = fieldOf(basisOf(params, x), initial.ref, tested, constants);
    const { pde, ...others } = equationResiduals(equations, termsOf(field.ref, initial));
    disposeTree(others);
    return [field, np.sqrt(np.mean(np.square(pde)))];
  });

  /** The single expert's weights, for each of the experts. */
  const startFrom = (single: LinearCombinationLayer, terms: LayerTerms, seed: number): np.Array => {
    const { solution, weights } = single.solve(terms, { seed }).constants;
    disposeTree([weights, solution.inverse, solution.one]);
    const [batch, size] = solution.w.shape;
    const count = arm.experts![0] * arm.experts![1];
    return np.broadcastTo(solution.w.reshape([batch, 1, size]), [batch, count, size]);
  };

  /** Constants of a basis, and how the solve went. */
  const constantsOf = (
    layer: LinearCombinationLayer | null,
    params: Tree,
    { x, initial }: ReturnType<typeof arraysOf>,
    seed: number,
  ): { constants: Tree; report: LeastSquaresReport | null } => {
    if (layer === null) {
      disposeTree([x, initial]);
      return { constants: [], report: null };
    }
    const terms = bases(refTree(params), x, initial) as unknown as LayerTerms;
    const start = first === null ? undefined : startFrom(first, refTree(terms as never) as LayerTerms, seed);
    const { constants, report } = layer.solve(terms, { seed, ...(start && { start }) });
    return { constants: constants as unknown as Tree, report };
  };

  return {
    init(seed) {
      const { params } = model.init(keyOf(seed, 1));
      const rule = chain(clipByGlobalNorm(training.clip), adam(training.learningRate));
      return { params, optimizer: rule.init(params) };
    },
    train(state, instances, seed, learningRate) {
      const { x, initial } = arraysOf(instances);
      const { constants } = constantsOf(trained, state.params, { x: x.ref, initial: initial.ref }, seed);
      const { loss, ...next } = update(
        1 as never,
        state as never,
        x,
        initial,
        constants,
        learningRate as never,
      ) as {
        [name: string]: Tree;
      };
      return { state: next as unknown as State, loss: (loss as np.Array).item() };
    },
    solve({ params }, instances) {
      const { x, initial } = arraysOf(instances);
      const { constants, report } = constantsOf(tested, params, { x: x.ref, initial: initial.ref }, 0);
      const [field, residual] = evaluate(refTree(params), x, initial, constants) as np.Array[];
      return { field: field.dataSync() as Float32Array, residual: residual.item(), report };
    },
  };
}
