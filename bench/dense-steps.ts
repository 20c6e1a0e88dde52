/* The dense steps that the factored output layer is measured against: the engine's and PyTorch's. */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { numpy as np } from "@jax-js/jax";
import { crossEntropy } from "minimand";
import { compileWithJit, differentiate } from "minimand/engine";

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
  const script = new URL("./torch-output-layer.py", import.meta.url).pathname;
  const child = spawn("/usr/bin/python3", [script, ...[classes, features, batch].map(String)], {
    stdio: ["pipe", "pipe", "ignore"],
    env: { ...process.env, OMP_NUM_THREADS: "1", OPENBLAS_NUM_THREADS: "1" },
  });
  child.on("error", () => {});
  child.stdin.on("error", () => {});
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const { value: version, done } = await lines.next();
  if (done) return null;
  return {
    version,
    async step() {
      child.stdin.write("\n");
      const { value, done } = await lines.next();
      if (done) throw new Error("torch-output-layer.py ended");
      return Number(value);
    },
    stop: () => void child.stdin.end(),
  };
}
