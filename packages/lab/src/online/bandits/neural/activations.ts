import { expit, log1pExp } from "minimand/engine";

/** The activations of the hidden layers; the theory asks for a smooth one. */
export const activations = ["relu", "softplus", "gelu", "tanh"] as const;
export type Activation = (typeof activations)[number];

/** Replaces what comes in by the activation and writes its slopes. */
export const activate: Record<Activation, (values: Float64Array, slopes: Float64Array) => void> = {
  relu(values, slopes) {
    for (let i = 0; i < values.length; i++) {
      const z = values[i];
      // NaN stays NaN.
      values[i] = Math.max(z, 0);
      slopes[i] = z > 0 ? 1 : 0;
    }
  },
  softplus(values, slopes) {
    for (let i = 0; i < values.length; i++) {
      const z = values[i];
      values[i] = log1pExp(z);
      slopes[i] = expit(z);
    }
  },
  gelu(values, slopes) {
    const root = Math.sqrt(2 / Math.PI);
    for (let i = 0; i < values.length; i++) {
      const z = values[i];
      const t = Math.tanh(root * (z + 0.044715 * z ** 3));
      values[i] = 0.5 * z * (1 + t);
      slopes[i] = 0.5 * (1 + t) + 0.5 * z * (1 - t * t) * root * (1 + 0.134145 * z * z);
    }
  },
  tanh(values, slopes) {
    for (let i = 0; i < values.length; i++) {
      const t = Math.tanh(values[i]);
      values[i] = t;
      slopes[i] = 1 - t * t;
    }
  },
};
