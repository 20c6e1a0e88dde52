import { numpy as np, random } from "@jax-js/jax";
import { sharpness } from "@minimand/lab/theory";
import type { Tree } from "minimand/engine";
import { refTree } from "minimand/engine";
import { crossEntropy, trajectoryLoss } from "minimand/losses";
import type { Model } from "minimand/models";
import { applyUpdates, type GradientTransformation, sgd } from "minimand/optimizers";
import {
  asam,
  asamPerturbation,
  ema,
  esamPerturbation,
  historySlots,
  mesa,
  minibatches,
  objectiveOf,
  outputHistory,
  type SupervisedState,
  saf,
  sam,
  samPerturbation,
  sharpestExamples,
  type TrainStep,
} from "minimand/training";
import { esamDirection } from "../../../../minimand/src/training/sharpness-aware/esam.ts";
import { makeStep } from "../../../../minimand/src/training/step.ts";
import { type Adapters, float, ids, meanAndGradients } from "../../kit/golden/adapters.ts";

type Matrix = number[][];
type Linear = { W: np.Array; b: np.Array };
type Regression = { X: Matrix; y: number[]; W: Matrix; b: number[] };

/** Softmax regression of the vectors' weights. */
function softmaxRegression({ X, y, W, b }: Regression) {
  const start = (): Linear => ({ W: float(W), b: float(b) });
  const logits = (p: Linear, x: np.Array): np.Array => np.matmul(x, p.W).add(p.b);
  const model: Model = {
    init(key) {
      key.dispose();
      return { params: start() as unknown as Tree, state: {} };
    },
    apply({ params, state }, x, { key, weights }) {
      key?.dispose();
      weights?.dispose();
      return [logits(params as unknown as Linear, x), state];
    },
  };
  const objective = objectiveOf(model, (f, labels, { weights }) => crossEntropy(f, labels, { weights }));
  const data = () => ({ x: float(X), y: ids(y) });
  const loss = (p: Tree, d: { x: np.Array; y: np.Array }): np.Array =>
    np.mean(crossEntropy(logits(p as unknown as Linear, d.x), d.y));
  const classes = b.length;
  const batches = (size: number) =>
    minibatches(
      { x: Float64Array.from(X.flat()), shape: [X[0].length], y: Int32Array.from(y), classes },
      { size, seed: 0 },
    );
  return { start, model, objective, data, loss, batches, classes, logits };
}
type Problem = ReturnType<typeof softmaxRegression>;

const js = (p: Tree): { W: Matrix; b: number[] } => {
  const { W, b } = p as unknown as Linear;
  return { W: W.ref.js() as Matrix, b: b.ref.js() as number[] };
};
const plus = (a: Linear, b: Linear): Tree =>
  applyUpdates(refTree(a as unknown as Tree), refTree(b as unknown as Tree));

/** Parameters after one step on all examples. */
function afterStep(problem: Problem, step: TrainStep<SupervisedState>, hyper: { [name: string]: number }) {
  const batches = problem.batches(problem.data().y.shape[0]);
  const state = step.init(random.key(0), { hyper });
  const all = Int32Array.from({ length: batches.count }, (_, i) => i);
  const [next, { loss }] = step.update(state, batches.at(all));
  loss.item();
  return js(step.params(next));
}

function gradientOf(problem: Problem): { loss: number; gradient: Linear } {
  const { x, y } = problem.data();
  const { mean, gradients } = meanAndGradients(
    (W, b) => crossEntropy(problem.logits({ W, b }, x.ref), y.ref),
    problem.start().W,
    problem.start().b,
  );
  const [W, b] = gradients as [Matrix, number[]];
  return { loss: mean, gradient: { W: float(W), b: float(b) } };
}

const withRate = (lr: number): { optimizer: GradientTransformation } => ({ optimizer: sgd(lr) });

type Optimizer = (hyper: { [name: string]: np.Array }) => GradientTransformation;

/** Losses and end of a run over given orders, the last batch of an epoch padded. */
function train(
  problem: Problem,
  make: (optimizer: Optimizer) => TrainStep<SupervisedState>,
  { orders }: { orders: number[][] },
  options: {
    lr: number;
    momentum: number;
    batchSize: number;
    hyper: { [name: string]: number };
    lag?: number;
  },
) {
  const { lr, momentum, batchSize, hyper, lag } = options;
  // As inputs of the program they are float64; numbers in a compiled function are rounded to float32.
  const step = make((given) => sgd(given.lr, { momentum: given.momentum }));
  const batches = problem.batches(batchSize);
  const stepsPerEpoch = Math.ceil(orders[0].length / batchSize);
  const memory =
    lag === undefined ? {} : outputHistory({ examples: batches.count, outputs: problem.classes, lag });
  let state = step.init(random.key(0), { hyper: { ...hyper, lr, momentum, stepsPerEpoch }, memory });
  const losses: number[] = [];
  for (const order of orders) {
    for (let i = 0; i < order.length; i += batchSize) {
      const [next, { loss }] = step.update(state, batches.at(Int32Array.from(order.slice(i, i + batchSize))));
      state = next;
      losses.push(loss.item());
    }
  }
  return { losses, ...js(step.params(state)), state, step };
}

export const adapters: Adapters = {
  trajectory_loss: ({ logits, pastLogits }, { tau, lambda, scaleByTauSquared }) => {
    const { perExample, mean, gradients } = meanAndGradients(
      (z) => trajectoryLoss(z, float(pastLogits), { tau, scaleByTauSquared }),
      float(logits),
    );
    const [gradient] = gradients as [Matrix];
    const unscaled = trajectoryLoss(float(logits), float(pastLogits), { tau, scaleByTauSquared: false });
    return {
      value: lambda * mean,
      value_without_tau_squared: lambda * np.mean(unscaled).item(),
      perExample_unweighted: perExample,
      grad_logits: gradient.map((row) => row.map((g) => lambda * g)),
    };
  },

  ring_buffer_schedule: (_, { lag, startEpoch, epochs }) => ({
    schedule: Array.from({ length: epochs }, (_, epoch) => ({
      epoch,
      ...historySlots(epoch, { lag, startEpoch }),
    })),
  }),

  sam_step_softmax_regression: async (inputs, { rho, lr }) => {
    const problem = softmaxRegression(inputs);
    const { loss, gradient } = gradientOf(problem);
    const grad = js(gradient as unknown as Tree);
    const epsilon = samPerturbation(gradient as unknown as Tree, { rho }) as unknown as Linear;
    const measure = sharpness(problem.loss);
    const perturbed = await measure.firstOrder(problem.start() as unknown as Tree, problem.data(), { rho });
    const { W, b } = afterStep(
      problem,
      sam({ model: problem.model, objective: problem.objective, ...withRate(lr) }),
      { rho },
    );
    const eps = js(epsilon as unknown as Tree);
    return {
      loss,
      grad_W: grad.W,
      grad_b: grad.b,
      eps_W: eps.W,
      eps_b: eps.b,
      loss_perturbed: problem.loss(plus(problem.start(), epsilon), problem.data()).item(),
      sharpness_first_order: perturbed,
      W_new: W,
      b_new: b,
    };
  },

  asam_step_softmax_regression: (inputs, { rho, eta, lr }) => {
    const problem = softmaxRegression(inputs);
    const { gradient } = gradientOf(problem);
    const epsilon = asamPerturbation(problem.start() as unknown as Tree, gradient as unknown as Tree, {
      rho,
      eta,
    }) as unknown as Linear;
    const { W, b } = afterStep(
      problem,
      asam({ model: problem.model, objective: problem.objective, ...withRate(lr) }),
      { rho, eta },
    );
    const eps = js(epsilon as unknown as Tree);
    return {
      eps_W: eps.W,
      eps_b: eps.b,
      loss_perturbed: problem.loss(plus(problem.start(), epsilon), problem.data()).item(),
      W_new: W,
      b_new: b,
    };
  },

  esam_step_softmax_regression: (inputs, { rho, beta, gamma, lr, mask }) => {
    const problem = softmaxRegression(inputs);
    const { gradient } = gradientOf(problem);
    const kept = (): Tree => ({ W: float(Number(mask.W)), b: float(Number(mask.b)) });
    const epsilon = esamPerturbation(gradient as unknown as Tree, kept(), { rho, beta }) as unknown as Linear;
    const losses = (p: Linear): np.Array => {
      const { x, y } = problem.data();
      return crossEntropy(problem.logits(p, x), y);
    };
    const rise = losses(plus(problem.start(), epsilon) as unknown as Linear).sub(losses(problem.start()));
    const { rows, counted } = sharpestExamples(rise.ref, np.ones(rise.shape), gamma);
    const selected = (rows.js() as number[]).filter((_, i) => Number(counted.ref.slice(i).item()) === 1);
    const step = makeStep(
      { model: problem.model, ...withRate(lr) },
      {
        hyper: { rho: {}, beta: {} },
        direction: esamDirection(
          { model: problem.model, loss: (f, y, { weights }) => crossEntropy(f, y, { weights }), gamma },
          kept,
        ),
      },
    );
    const { W, b } = afterStep(problem, step, { rho, beta });
    const eps = js(epsilon as unknown as Tree);
    return {
      eps_W: eps.W,
      eps_b: eps.b,
      lossIncrease: rise.js(),
      selected: selected.sort((a, b) => a - b),
      W_new: W,
      b_new: b,
    };
  },

  mesa_ema: ({ v0, thetas }, { beta }) => {
    const average = ema(beta);
    let v = average.init(float(v0) as Tree);
    const all = (thetas as Matrix[]).map((theta) => {
      v = average.update(v, float(theta));
      return (v as np.Array).ref.js();
    });
    return { v: all };
  },

  hessian_sharpness: async (inputs, _, { note }) => {
    const problem = softmaxRegression(inputs);
    const measure = sharpness(problem.loss);
    const at = problem.start() as unknown as Tree;
    return {
      lambdaMax: await measure.lambdaMax(at, problem.data(), { iterations: 1000, tolerance: 1e-9 }),
      trace: await measure.trace(at, problem.data(), { samples: "exact" }),
      note,
    };
  },

  saf_training_softmax_regression: (inputs, options) => {
    const problem = softmaxRegression(inputs);
    const { model, objective } = problem;
    const { lag, startEpoch, tau, lambda } = options;
    const make = (optimizer: Optimizer) => saf({ model, objective, optimizer });
    return train(problem, make, inputs, { ...options, lag, hyper: { startEpoch, tau, lambda } });
  },

  mesa_training_softmax_regression: (inputs, options) => {
    const problem = softmaxRegression(inputs);
    const { model, objective } = problem;
    const { startEpoch, tau, lambda, emaDecay, lr, momentum, batchSize } = options;
    const make = (optimizer: Optimizer) => mesa({ model, objective, optimizer });
    const hyper = { startEpoch, tau, lambda, decay: emaDecay };
    const { losses, W, b, state, step } = train(problem, make, inputs, { lr, momentum, batchSize, hyper });
    const averaged = js((step as ReturnType<typeof mesa>).averagedParams(state));
    return { losses, W, b, emaW: averaged.W, emaB: averaged.b };
  },
};
