/* The dense steps that the factored output layer is measured against: the engine's and PyTorch's. */
import { numpy as np } from "@jax-js/jax";
import { crossEntropy } from "minimand";
import { compileWithJit, differentiate } from "minimand/engine";
import { startPython } from "./python.ts";

export interface LayerShape {
  classes: number;
  features: number;
  batch: number;
}

/** The engine's log-softmax step on wasm: loss, gradient for the body and gradient descent on W as one program. */
export function engineStep(
  { classes, features, batch }: LayerShape,
  hidden: Float32Array<ArrayBuffer>,
  weights: Float32Array<ArrayBuffer>,
): (labels: Int32Array<ArrayBuffer>) => Promise<number> {
  const gradientOf = differentiate(([w, h]: np.Array[], y: np.Array): [np.Array, []] => [
    np.mean(crossEntropy(np.matmul(h, w), y)),
    [],
  ]);
  const program = compileWithJit((one: np.Array, w: np.Array, h: np.Array, y: np.Array): np.Array[] => {
    const [[loss], [gradW, gradH]] = gradientOf(one, [w.ref, h], y);
    return [loss, w.sub(gradW.mul(0.1)), gradH];
  });
  let w = np.array(weights, { shape: [features, classes] });
  return async (labels) => {
    const h = np.array(hidden, { shape: [batch, features] });
    const [loss, next, gradH] = program(1 as never, w, h, np.array(labels));
    w = next;
    await next.blockUntilReady();
    await gradH.data();
    return (await loss.data())[0];
  };
}

/** PyTorch (Debian's python3-torch) on one thread, in a process of its own; null where it isn't installed. */
export async function startTorch({ classes, features, batch }: LayerShape): Promise<{
  version: string;
  /** Milliseconds of a step. */
  step(): Promise<number>;
  stop(): void;
} | null> {
  const python = await startPython("./torch-output-layer.py", [classes, features, batch].map(String));
  return python === null ? null : { ...python, step: () => python.ask("") };
}
