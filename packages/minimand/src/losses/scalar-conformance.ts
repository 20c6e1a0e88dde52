import type { numpy as np } from "@jax-js/jax";
import {
  binaryFocalLoss,
  expHingeLoss,
  exponentialLoss,
  hingeLoss,
  invHingeLoss,
  invLogHingeLoss,
  logHingeLoss,
  logisticLoss,
  squaredHingeLoss,
} from "./classification/binary/margin-losses.ts";
import { marginLoss } from "./classification/binary/margins.ts";
import type { LossOptions } from "./per-example.ts";
import {
  absoluteError,
  cauchyLoss,
  huberLoss,
  logCoshLoss,
  quantileLoss,
  squaredError,
} from "./regression/index.ts";

/** A loss of one number an example, as the conformance suite calls it. */
export interface ScalarLoss {
  name: string;
  /** What the second argument is: numbers, or labels 0 and 1 (ids and distributions). */
  target: "number" | "label";
  loss: (scores: np.Array, targets: np.Array, options: LossOptions) => np.Array;
  /** True where the value may be +Infinity at +-1e4 (it leaves the dtype). */
  mayOverflow?: true;
}

const regression = (name: string, loss: ScalarLoss["loss"]): ScalarLoss => ({ name, target: "number", loss });

const margin = (
  name: string,
  phi: (margins: np.Array) => np.Array,
  traits: { mayOverflow?: true } = {},
): ScalarLoss => ({ name, target: "label", loss: (f, y, o) => marginLoss(f, y, phi, o), ...traits });

/** Every per-example loss of a scalar output joins the conformance suite by one line here. */
export const scalarLosses: readonly ScalarLoss[] = [
  regression("squaredError", squaredError),
  regression("absoluteError", absoluteError),
  regression("huberLoss", huberLoss),
  regression("huberLoss, delta 0.3", (p, t, o) => huberLoss(p, t, { ...o, delta: 0.3 })),
  regression("logCoshLoss", logCoshLoss),
  regression("cauchyLoss", cauchyLoss),
  regression("cauchyLoss, scale 0.2", (p, t, o) => cauchyLoss(p, t, { ...o, scale: 0.2 })),
  regression("quantileLoss", quantileLoss),
  regression("quantileLoss, tau 0.9", (p, t, o) => quantileLoss(p, t, { ...o, tau: 0.9 })),
  margin("logisticLoss", logisticLoss),
  margin("hingeLoss", hingeLoss),
  margin("squaredHingeLoss", squaredHingeLoss),
  margin("exponentialLoss", exponentialLoss, { mayOverflow: true }),
  margin("binaryFocalLoss", binaryFocalLoss),
  margin("binaryFocalLoss, gamma 0.5", (z) => binaryFocalLoss(z, { gamma: 0.5 })),
  margin("invHingeLoss", invHingeLoss),
  margin("invLogHingeLoss", invLogHingeLoss),
  margin("logHingeLoss", logHingeLoss),
  margin("expHingeLoss", expHingeLoss),
];
