import { numpy as np } from "@jax-js/jax";
import { compiledValueAndGrad } from "minimand/engine";
import {
  csConditional,
  csDivergence,
  csIbLoss,
  csQmi,
  gaussianGram,
  hsic,
  medianHeuristic,
  nibBound,
  vibKl,
} from "minimand/losses";
import { fgsm } from "minimand/training";
import { type Adapters, float } from "../../kit/golden/adapters.ts";

type Samples = { [name: string]: np.Array };

/** A scalar of samples: its value, and its gradient in each of them under the vectors' names. */
const scalar =
  (loss: (samples: Samples, options: never) => np.Array): Adapters[string] =>
  (inputs: { [name: string]: number[][] }, options) => {
    const run = compiledValueAndGrad((samples: Samples) => loss(samples, options as never));
    const samples = Object.fromEntries(Object.entries(inputs).map(([name, rows]) => [name, float(rows)]));
    const [value, gradients] = run(samples);
    const result = {
      value: value.item(),
      ...Object.fromEntries(Object.entries(gradients).map(([name, g]) => [`grad_${name}`, g.js()])),
    };
    run.dispose();
    return result;
  };

const conditional = scalar(({ x, y, yHat }, options) => csConditional(x, y, yHat, options));
const information = scalar(({ x, t }, options) => csQmi(x, t, options));

export const adapters: Adapters = {
  gaussianKernel: ({ x, y }, options) => ({ value: gaussianGram(float(x), float(y), options).js() }),
  csDivergence: scalar(({ x, y }, options) => csDivergence(x, y, options)),
  csConditional_paper: conditional,
  csConditional_officialCode: conditional,
  csQmi: information,
  csQmi_natural_twoWidths: information,
  csQmiNormalized: scalar(({ x, t }, options: object) => csQmi(x, t, { ...options, normalize: true })),
  csIbObjective: scalar(({ x, y, yHat, t }, options) => {
    const { total, prediction, compression } = csIbLoss({ x, y, predictions: yHat, t }, options);
    prediction.dispose();
    compression.dispose();
    return total;
  }),
  medianSquaredDistance_officialCode: ({ x }) => ({
    // The authors' code takes the pairs of the sample stacked on itself, each row with its own copy included.
    value: Math.max(0.01, medianHeuristic(float([...x, ...x])) ** 2),
  }),
  hsicBiased: scalar(({ x, t }, options) => hsic(x, t, options)),
  vibKl: scalar(({ mean, logVar }) => vibKl(mean, logVar)),
  nibUpperBound: scalar(({ mean }, options) => nibBound(mean, options)),
  limit_sigmaX_to_correntropy: scalar(({ y, yHat }, options: object) => {
    // Rows so far apart that their kernel is the unit matrix.
    const x = np.arange(y.shape[0]).astype(np.float64).mul(1000).reshape([-1, 1]);
    return csConditional(x, y, yHat, options);
  }),
  fgsm_linearModel: ({ x, y, w }, { bias, eps }) => {
    const attack = fgsm((at: np.Array, { y, w }: Samples) =>
      np.square(np.matmul(at, w).add(bias).sub(y)).sum(-1),
    );
    const attacked = attack(float(x), { y: float(y), w: float(w) }, { gamma: eps }).js();
    attack.dispose();
    return { value: attacked };
  },
};
