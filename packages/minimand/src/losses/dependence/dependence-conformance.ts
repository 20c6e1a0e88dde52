import type { numpy as np } from "@jax-js/jax";
import type { Given, ParameterValues } from "../parameters.fixture.ts";
import { csConditional, csDivergence, csIbLoss, csQmi, hsic, mmd, nibBound, vibKl } from "./index.ts";

/** A scalar of samples of a batch, as the conformance suite calls it. */
export interface ConformingDependence {
  name: string;
  loss: (samples: np.Array[], options: { weights?: np.Array }, given?: Given) => np.Array;
  /** Its parameters, with a value of each. */
  parameters: ParameterValues;
  /** Columns of each sample. */
  widths: readonly number[];
  /** The names that errors have for the samples. */
  names: readonly string[];
  /** True where the samples need not have as many rows. */
  unpaired?: true;
  /** True where no Gram matrix is made. */
  rowByRow?: true;
}

function wrap<Values extends ParameterValues>(
  name: string,
  samples: { [name: string]: number },
  loss: (samples: np.Array[], options: { weights?: np.Array } & Given<Values>) => np.Array,
  parameters: Values,
  traits: Pick<ConformingDependence, "unpaired" | "rowByRow"> = {},
): ConformingDependence {
  return {
    name,
    loss: (arrays, options, given = parameters) => loss(arrays, { ...options, ...(given as Given<Values>) }),
    parameters,
    widths: Object.values(samples),
    names: Object.keys(samples),
    ...traits,
  };
}

/** The same weights for both samples. */
const ofBoth = ({ weights, ...others }: { weights?: np.Array }) => ({
  ...others,
  ...(weights && { pWeights: weights.ref, qWeights: weights }),
});

const total = ({ total, prediction, compression }: ReturnType<typeof csIbLoss>): np.Array => {
  prediction.dispose();
  compression.dispose();
  return total;
};

const widths = { sigmaX: 1.2, sigmaY: 0.7 };

/** Every loss of samples joins the conformance suite by one line here. */
export const conformingDependences: readonly ConformingDependence[] = [
  wrap(
    "csDivergence",
    { p: 3, q: 3 },
    ([p, q], o) => csDivergence(p, q, ofBoth(o)),
    { sigma: 1.3 },
    { unpaired: true },
  ),
  wrap("mmd", { p: 3, q: 3 }, ([p, q], o) => mmd(p, q, ofBoth(o)), { sigma: 1.3 }, { unpaired: true }),
  wrap("csConditional", { x: 3, y: 1, predictions: 1 }, ([x, y, f], o) => csConditional(x, y, f, o), widths),
  wrap(
    "csConditional, the authors' code",
    { x: 1, y: 2, predictions: 2 },
    ([x, y, f], o) => csConditional(x, y, f, { ...o, denominator: "sumOfSquares", log: "base2" }),
    widths,
  ),
  wrap("csQmi", { x: 3, t: 2 }, ([x, t], o) => csQmi(x, t, o), { sigmaX: 1.2, sigmaT: 0.7 }),
  wrap("csQmi, normalised", { x: 3, t: 2 }, ([x, t], o) => csQmi(x, t, { ...o, normalize: true }), {
    sigmaX: 1.2,
    sigmaT: 0.7,
  }),
  wrap(
    "csIbLoss",
    { x: 3, y: 1, predictions: 1, t: 2 },
    ([x, y, predictions, t], o) => total(csIbLoss({ x, y, predictions, t }, o)),
    { ...widths, sigmaT: 0.9, beta: 0.3 },
  ),
  wrap("hsic", { x: 3, t: 2 }, ([x, t], o) => hsic(x, t, o), { sigmaX: 1.2, sigmaT: 0.7 }),
  wrap("nibBound", { mean: 2 }, ([mean], o) => nibBound(mean, o), { noiseStd: 0.6 }),
  wrap("nibBound, squared", { mean: 1 }, ([mean], o) => nibBound(mean, { ...o, form: "squared" }), {
    noiseStd: 0.6,
  }),
  wrap("nibBound, exponential", { mean: 2 }, ([mean], o) => nibBound(mean, { ...o, form: "exponential" }), {
    noiseStd: 0.6,
  }),
  wrap(
    "vibKl",
    { mean: 2, logVar: 2 },
    ([mean, logVar], o) => vibKl(mean, logVar, o),
    {},
    {
      rowByRow: true,
    },
  ),
];
