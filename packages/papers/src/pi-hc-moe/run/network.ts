import { numpy as np } from "@jax-js/jax";
import { equationResiduals, type LeastSquaresReport, softConstraintLoss } from "@minimand/lab/solvers";
import { adam, chain, mlp } from "minimand";
import {
  type Compile,
  compileWithJit,
  differentiate,
  disposeTree,
  keyOf,
  refTree,
  type Tree,
} from "minimand/engine";
import { applyUpdates, clipByGlobalNorm } from "minimand/optimizers";
import type { Arm } from "./arms.ts";
import { type Instance, initialLines, inputRows } from "./data.ts";
import { grid, training } from "./settings.ts";
import { equations, solvingOf, termsOf } from "./solving.ts";

const [nt, nx] = [grid.times.length, grid.places.length];

/** Parameters and the optimizer's state. */
export type State = { params: Tree; optimizer: Tree };

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
export function networkOf(arm: Arm, compile: Compile = compileWithJit): Network {
  const model = mlp({ inputs: 4, hidden: training.hidden, outputs: arm.size, activation: "tanh" });
  const [trained, tested] = [solvingOf(arm, "training", compile), solvingOf(arm, "test", compile)];
  const basisOf = (params: Tree, x: np.Array): np.Array => {
    const [output] = model.apply({ params, state: {} }, x, { training: true });
    return output.reshape([-1, nt, nx, arm.size]);
  };
  const bases = compile(basisOf);
  const gradientOf = differentiate(
    (params: Tree, x: np.Array, initial: np.Array, constants: Tree): [np.Array, Tree] => {
      const field = trained.fieldOf(basisOf(params, x), initial.ref, constants);
      return [softConstraintLoss(equations, termsOf(field, initial)), []];
    },
  );
  const update = compile(
    (
      one: np.Array,
      { params, optimizer }: State,
      x: np.Array,
      initial: np.Array,
      constants: Tree,
      learningRate: np.Array,
    ): { params: Tree; optimizer: Tree; loss: np.Array } => {
      const [[loss], gradient] = gradientOf(one, refTree(params), x, initial, constants);
      const [updates, next] = rule(learningRate).update(gradient, optimizer, refTree(params));
      return { params: applyUpdates(params, updates), optimizer: next, loss };
    },
  );
  const evaluate = compile((params: Tree, x: np.Array, initial: np.Array, constants: Tree): np.Array[] => {
    const field = tested.fieldOf(basisOf(params, x), initial.ref, constants);
    const { pde, ...others } = equationResiduals(equations, termsOf(field.ref, initial));
    disposeTree(others);
    return [field, np.sqrt(np.mean(np.square(pde)))];
  });

  return {
    init(seed) {
      const { params } = model.init(keyOf(seed, 1));
      return { params, optimizer: rule(training.learningRate).init(params) };
    },
    train(state, instances, seed, learningRate) {
      const { x, initial } = arraysOf(instances);
      const basis = () => bases(refTree(state.params), x.ref);
      const { constants } = trained.constantsOf(basis, initial.ref, seed);
      const { loss, ...next } = update(1 as never, state, x, initial, constants, learningRate as never);
      return { state: next, loss: loss.item() };
    },
    solve({ params }, instances) {
      const { x, initial } = arraysOf(instances);
      const basis = () => bases(refTree(params), x.ref);
      const { constants, report } = tested.constantsOf(basis, initial.ref, 0);
      const [field, residual] = evaluate(refTree(params), x, initial, constants);
      return { field: field.dataSync() as Float32Array, residual: residual.item(), report };
    },
  };
}

const rule = (learningRate: np.Array | number) => chain(clipByGlobalNorm(training.clip), adam(learningRate));
