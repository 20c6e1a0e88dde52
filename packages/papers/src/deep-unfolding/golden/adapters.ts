import type { numpy as np } from "@jax-js/jax";
import {
  fista,
  hardThreshold,
  type Iteration,
  iht,
  ista,
  lipschitzConstant,
  type Matrix,
  runIteration,
  softThreshold,
  supervisedLoss,
  type UnfoldedLoss,
  unfold,
  unsupervisedLoss,
} from "@minimand/lab/solvers";
import { compiledValueAndGrad } from "minimand/engine";
import { type Adapters, float } from "../../kit/golden/adapters.ts";

type Parameters = { [name: string]: np.Array };

const matrix = (A: number[][]): Matrix => ({
  shape: [A.length, A[0].length],
  data: Float64Array.from(A.flat()),
});

const threshold =
  (of: (v: np.Array, t: np.Array) => np.Array): Adapters[string] =>
  ({ v }, { threshold: t }) => {
    const run = compiledValueAndGrad(([v, t]: np.Array[]) => of(v, t).sum());
    const [, [gradV, gradT]] = run([float(v), float(t)]);
    run.dispose();
    return { value: of(float(v), float(t)).js(), grad_v: gradV.js(), grad_threshold: gradT.item() };
  };

/** Runs one of the algorithms with a constant step. */
const constant =
  (make: (A: Matrix, options: { lambda: number; stepSize: number }) => Iteration): Adapters[string] =>
  async ({ A, y }, { lambda_: lambda, stepSize, iterations }) => {
    const { x, objectives } = await runIteration(make(matrix(A), { lambda, stepSize }), float(y), {
      iterations,
    });
    return { x: x.js(), objectives: objectives?.map((values) => [...values]) };
  };

/** Runs an unfolded algorithm with given parameters: its output, both losses and their gradients. */
const unfolded =
  (make: typeof ista | typeof iht): Adapters[string] =>
  ({ A, y, xTrue, gamma, threshold }, { lambda_: lambda, layers }) => {
    const freeThreshold = threshold !== undefined;
    const network = unfold({ ...make(matrix(A), { lambda, freeThreshold }), layers } as never);
    const given = (): Parameters => ({
      step: float(gamma),
      ...(freeThreshold && { threshold: float(threshold) }),
    });
    const system = (): Parameters => ({ A: float(A), lambda: float(lambda) });
    const apply = (params: Parameters): np.Array =>
      network.apply({ params, state: system() }, float(y), { training: false })[0];
    const of = (loss: UnfoldedLoss) => {
      const data = () => ({ y: float(y), signals: float(xTrue), system: system() });
      const run = compiledValueAndGrad((params: Parameters) => loss(apply(params), data()).mean());
      const [value, gradient] = run(given());
      run.dispose();
      return { value: value.item(), step: gradient.step.js(), threshold: gradient.threshold?.js() };
    };
    const [supervised, unsupervised] = [of(supervisedLoss), of(unsupervisedLoss(network))];
    return {
      x: apply(given()).js(),
      supervisedSumSquares: supervised.value,
      grad_supervised_gamma: supervised.step,
      grad_supervised_threshold: supervised.threshold,
      unsupervisedObjective: unsupervised.value,
      grad_unsupervised_gamma: unsupervised.step,
      grad_unsupervised_threshold: unsupervised.threshold,
    };
  };

export const adapters: Adapters = {
  softThreshold: threshold(softThreshold),
  hardThreshold: threshold(hardThreshold),
  lipschitz: ({ A }) => ({ value: lipschitzConstant(matrix(A)) }),
  ista_constantStep: constant(ista),
  iht_constantStep: constant(iht),
  fista: constant(fista),
  unfolded_ista_coupledThreshold: unfolded(ista),
  unfolded_ista_freeThreshold: unfolded(ista),
  unfolded_iht_coupledThreshold: unfolded(iht),
  unfolded_iht_freeThreshold: unfolded(iht),
};
