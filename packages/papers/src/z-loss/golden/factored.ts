import { FactoredOutputLayer, type SavedFactoredOutput } from "@minimand/lab/output-layer";
import { sphericalSoftmaxSpec, squaredErrorSpec, taylorSoftmaxSpec, zLossSpec } from "minimand/losses";
import { invert, leftSingularVectors } from "../../../../lab/src/output-layer/linear-algebra.ts";
import { restored, savedOf } from "../../../../lab/src/output-layer/saved-layer.ts";
import { correct } from "../../../../lab/src/output-layer/stabilize.ts";
import type { Adapters } from "../../kit/golden/adapters.ts";

/* The cases of z-loss.json that are about the factored output layer, for z-loss.ts. */

const flat = (rows: number[][]): Float64Array => Float64Array.from(rows.flat());
const rowsOf = (numbers: ArrayLike<number>, width: number): number[][] =>
  Array.from({ length: numbers.length / width }, (_, i) =>
    Array.from(numbers).slice(i * width, (i + 1) * width),
  );

const specs = {
  z: ({ a, b }: { a: number; b: number }) => zLossSpec({ a, b }),
  logTaylorSoftmax: () => taylorSoftmaxSpec,
  logSphericalSoftmax: ({ eps }: { eps: number }) => sphericalSoftmaxSpec({ eps }),
  squaredError: () => squaredErrorSpec,
};

function layerOf(W0: number[][]): FactoredOutputLayer {
  const [classes, features] = [W0.length, W0[0].length];
  return new FactoredOutputLayer(flat(W0), { classes, features, stabilizeEvery: 0 });
}

function stateAfter(layer: FactoredOutputLayer) {
  const { u, gram, sums, omega, features } = layer.save();
  return {
    W_after: rowsOf(layer.toDense(), features),
    U_after: rowsOf(u, features),
    Q_after: rowsOf(gram, features),
    wBar_after: [...sums],
    omega_after: [...omega],
  };
}

const steps: Adapters[string] = ({ W0, steps }, options) => {
  const layer = layerOf(W0);
  const { loss: name, eta, reduction } = options;
  const loss = specs[name as keyof typeof specs](options);
  return {
    steps: steps.map(({ H, labels }: { H: number[][]; labels: number[] }) => {
      const hidden = flat(H);
      const { losses, gradHidden } = layer.step(hidden, Int32Array.from(labels), {
        loss,
        learningRate: eta,
        reduction,
      });
      return {
        perExample: [...losses],
        grad_H_of_sum: rowsOf(gradHidden, layer.features),
        ...stateAfter(layer),
      };
    }),
  };
};

export const factoredAdapters: Adapters = {
  "factored_z-loss_steps": steps,
  factored_taylor_steps: steps,
  factored_spherical_softmax_steps: steps,
  factored_squared_error_steps: steps,

  /** The derivatives are given: of a loss that has just these for the examples in turn. */
  official_layer_three_updates({ W0, steps }, { eta }) {
    const layer = layerOf(W0);
    interface Step {
      H: number[][];
      labels: number[];
      grad_q: number[];
      grad_s: number[];
      grad_a: number[];
    }
    return {
      steps: steps.map(({ H, labels, grad_q, grad_s, grad_a }: Step) => {
        let example = 0;
        const { q, s, a } = layer.forward(flat(H), Int32Array.from(labels));
        const loss = {
          name: "given derivatives",
          value: (q: number, s: number, a: number) => q + 2 * s + 3 * a,
          partials: (): [number, number, number] => {
            const i = example++;
            return [grad_q[i], grad_s[i], grad_a[i]];
          },
        };
        const options = { loss, learningRate: eta, reduction: "sum" } as const;
        const { gradHidden } = layer.step(flat(H), Int32Array.from(labels), options);
        return {
          q: [...q],
          s: [...s],
          a: [...a],
          grad_H: rowsOf(gradHidden, layer.features),
          ...stateAfter(layer),
        };
      }),
    };
  },

  /** Value by value, also where the layer itself, with more than a third outside the band, would multiply U out. */
  "singular-value_stabilisation_of_U"({ V, U }, { low, high }) {
    const [classes, features] = [V.length, U.length];
    const blank = layerOf(V).save();
    const saved: SavedFactoredOutput = { ...blank, u: flat(U), inverse: inverseOf(U) };
    const state = restored(saved, classes, features);
    const { values, vectors } = leftSingularVectors(state.matrices.u);
    correct(
      state,
      values,
      vectors,
      [...values.keys()].filter((k) => values[k] < low || values[k] > high),
    );
    const after = savedOf(state, 0);
    const descending = (numbers: Float64Array): number[] => [...numbers].sort((x, y) => y - x);
    return {
      W: rowsOf(new FactoredOutputLayer(after, { classes, features }).toDense(), features),
      singularValuesBefore: descending(values),
      singularValuesAfter: descending(leftSingularVectors(state.matrices.u).values),
      U_after: rowsOf(after.u, features),
      V_after: rowsOf(after.values, features),
    };
  },
};

function inverseOf(U: number[][]): Float64Array {
  const data = new Float64Array(U.flat());
  invert({ rows: U.length, stride: U.length, data });
  return data;
}
