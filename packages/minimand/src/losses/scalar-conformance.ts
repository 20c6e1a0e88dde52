import type { numpy as np } from "@jax-js/jax";
import {
  binaryFocalLoss,
  expHingeLoss,
  exponentialLoss,
  hinge,
  invHingeLoss,
  invLogHingeLoss,
  logHingeLoss,
  logisticLoss,
  squaredHinge,
} from "./classification/binary/margin-losses.ts";
import { marginLoss } from "./classification/binary/margins.ts";
import { type Given, type ParameterValues, withParameters } from "./parameters.fixture.ts";
import type { LossOptions } from "./per-example.ts";
import {
  absoluteError,
  cauchyLoss,
  gammaNll,
  huber,
  logCoshLoss,
  poissonNll,
  quantileLoss,
  squaredError,
  welschLoss,
} from "./regression/index.ts";

/** A loss of one number an example, as the conformance suite calls it. */
export interface ScalarLoss {
  name: string;
  /** What the second argument is: numbers, numbers above 0, or labels 0 and 1 (ids and distributions). */
  target: "number" | "positive" | "label";
  loss: (scores: np.Array, targets: np.Array, options: LossOptions, given?: Given) => np.Array;
  /** Its parameters and the values that it is tested with: all that may be inputs of a program. */
  parameters: ParameterValues;
  /** True where the value may be +Infinity at +-1e4 (it leaves the dtype). */
  mayOverflow?: true;
}

function regression<Values extends ParameterValues>(
  name: string,
  loss: (predictions: np.Array, targets: np.Array, options: LossOptions & Given<Values>) => np.Array,
  parameters = {} as Values,
): ScalarLoss {
  return { name, target: "number", loss: withParameters(loss, parameters), parameters };
}

function likelihood<Values extends ParameterValues>(
  ...given: Parameters<typeof regression<Values>>
): ScalarLoss {
  return { ...regression(...given), target: "positive", mayOverflow: true };
}

function margin<Values extends ParameterValues>(
  name: string,
  phi: (margins: np.Array, options: Given<Values>) => np.Array,
  parameters = {} as Values,
  traits: { mayOverflow?: true } = {},
): ScalarLoss {
  const loss: ScalarLoss["loss"] = (f, y, { weights, ...others }, given = parameters) =>
    marginLoss(f, y, (z) => phi(z, { ...others, ...(given as Given<Values>) }), { weights });
  return { name, target: "label", loss, parameters, ...traits };
}

/** Every per-example loss of a scalar output joins the conformance suite by one line here. */
export const scalarLosses: readonly ScalarLoss[] = [
  regression("squaredError", squaredError),
  regression("absoluteError", absoluteError),
  regression("huber", huber),
  regression("huber, delta 0.3", huber, { delta: 0.3 }),
  regression("logCoshLoss", logCoshLoss),
  regression("cauchyLoss", cauchyLoss),
  regression("cauchyLoss, scale 0.2", cauchyLoss, { scale: 0.2 }),
  regression("welschLoss", welschLoss),
  regression("welschLoss, scale 0.2", welschLoss, { scale: 0.2 }),
  regression("quantileLoss", quantileLoss),
  regression("quantileLoss, tau 0.9", quantileLoss, { tau: 0.9 }),
  likelihood("poissonNll", poissonNll),
  likelihood("gammaNll", gammaNll),
  likelihood("gammaNll, shape 4", gammaNll, { shape: 4 }),
  margin("logisticLoss", logisticLoss),
  margin("hinge", hinge),
  margin("squaredHinge", squaredHinge),
  margin("exponentialLoss", exponentialLoss, {}, { mayOverflow: true }),
  margin("binaryFocalLoss", binaryFocalLoss),
  margin("binaryFocalLoss, gamma 0.5", binaryFocalLoss, { gamma: 0.5 }),
  margin("invHingeLoss", invHingeLoss),
  margin("invLogHingeLoss", invLogHingeLoss),
  margin("logHingeLoss", logHingeLoss),
  margin("expHingeLoss", expHingeLoss),
];
