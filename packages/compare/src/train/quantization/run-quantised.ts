import { type Compile, derive, disposeTree, type Tree } from "minimand/engine";
import type { Task } from "../../results.ts";
import type { PreparedFold } from "../fold.ts";
import type { Network, Trained } from "../network.ts";
import { type Prediction, predictionOf } from "../outcome.ts";
import { layersOfNetwork } from "./layers-of-network.ts";
import { makeQuantiser, type Quantiser } from "./quantiser.ts";

/** What records of the float network are of. */
export const floatName = "float";

/** Returns what records of a given width are of, as they would be written, and before they were fine-tuned. */
export const namesOfWidth = (bits: number): { final: string; rounded: string } => ({
  final: `${bits} bits`,
  rounded: `${bits} bits, rounded`,
});

/** A prediction of the test part, and what it is of; null: its outputs aren't finite. */
export interface WidthPrediction {
  name: string;
  prediction: Prediction | null;
}

/** What {@link predictQuantised} is given in addition to a trained network. */
export interface QuantisedFold {
  fold: PreparedFold;
  task: Task;
  widths: readonly number[];
  seed: number;
  compile?: Compile | undefined;
  signal?: AbortSignal | undefined;
  /** Kept from fold to fold, for networks of one shape. */
  quantisers: Map<number, Quantiser>;
}

/**
 * Returns the predictions of a trained network on the test part of its fold: in float32, and for each width fine-tuned and rounded only.
 * The rows that it was trained on are those that it is quantised by.
 */
export async function predictQuantised(
  network: Network,
  trained: Trained,
  { fold, task, widths, seed, compile, signal, quantisers }: QuantisedFold,
): Promise<WidthPrediction[]> {
  const { fit, test, target } = fold;
  const predictions: WidthPrediction[] = [
    { name: floatName, prediction: await network.predict(trained, test, target) },
  ];
  const { pieces, variables } = layersOfNetwork(network, trained);
  try {
    for (const bits of widths) {
      const quantiser = quantisers.get(bits) ?? makeQuantiser(pieces, { bits }, { task, compile });
      quantisers.set(bits, quantiser);
      const quantised = await quantiser.quantise(variables, fit, { seed: derive(seed, bits), signal });
      const { final, rounded } = namesOfWidth(bits);
      try {
        predictions.push(
          { name: final, prediction: finite(await quantised.outputs(test), test.rows, task, target) },
          {
            name: rounded,
            prediction: finite(await quantised.roundedOutputs(test), test.rows, task, target),
          },
        );
      } finally {
        quantised.dispose();
      }
    }
    return predictions;
  } finally {
    disposeTree([variables.params, variables.state] as Tree);
  }
}

function finite(
  outputs: Float32Array,
  rows: number,
  task: Task,
  target: PreparedFold["target"],
): Prediction | null {
  return outputs.every(Number.isFinite) ? predictionOf(outputs, rows, task, target) : null;
}
