import { type Model, minibatches, type SupervisedState, sgd } from "minimand";
import type { Tree } from "minimand/engine";
import { accuracyOf, outputsOf } from "../../kit/accuracy.ts";
import { batchCrossEntropy, type Network, networkOf } from "../../kit/networks.ts";
import type { Labelled, Prepared } from "../../kit/rows.ts";
import { linear } from "../../kit/schedules.ts";
import { discard, trainOrNull } from "../../kit/train-network.ts";
import type { TrialHost } from "../../reproduction.ts";

/** A network trained by gradient descent with momentum and the options given, its learning rate an input. */
export const plainNetwork = (
  model: Model,
  { momentum, weightDecay = 0 }: { momentum: number; weightDecay?: number },
  compile: TrialHost["compile"],
): Network =>
  networkOf(
    {
      model,
      loss: batchCrossEntropy,
      optimizer: ({ learningRate }) => sgd(learningRate, { momentum, weightDecay }),
    },
    compile,
  );

/** Test accuracy after some epochs with a rate that falls linearly; 0 where training diverged. Consumes the state. */
export async function accuracyAfter(
  { step, predict }: Network,
  state: SupervisedState,
  { train, judged }: Prepared,
  { epochs, batch, seed }: { epochs: number; batch: number; seed: number },
  signal: AbortSignal | undefined,
): Promise<number> {
  const batches = minibatches(train, { size: batch, seed });
  const end = await trainOrNull({ step, state, batches, epochs, schedule: linear, signal });
  if (end === null) return 0;
  const accuracy = await accuracyAt(predict, end.params, judged);
  discard(end);
  return accuracy;
}

/** Share of rows that are classified rightly. Looks at the parameters. */
export async function accuracyAt(predict: Network["predict"], params: Tree, rows: Labelled): Promise<number> {
  return accuracyOf(await outputsOf(predict, { params, modelState: {} }, rows, 400), rows.y);
}
