import { random } from "@jax-js/jax";
import { type Compile, compileWithJit, disposeTree, leavesOf } from "minimand/engine";
import type { AggregateLossOptions } from "minimand/losses";
import { mlp } from "minimand/models";
import { sgd } from "minimand/optimizers";
import {
  aggregateObjective,
  bagBatches,
  bagMeans,
  bagProportions,
  fit,
  makeBags,
  supervised,
} from "minimand/training";
import { describe, it } from "vitest";
import { nativeCompiler } from "../compile.ts";
import { close, examples, inputs, rows } from "./training.fixture.ts";

const bagsPerBatch = 4;
const bagIds = makeBags(rows, 3, { seed: 1 });

async function train(loss: AggregateLossOptions, compile: Compile): Promise<number[]> {
  const classes = loss.loss === "softmax" ? 3 : undefined;
  const { x, shape, y } = examples(classes ?? 2);
  const means = classes === undefined ? bagMeans(y, bagIds) : bagProportions(y, bagIds, classes);
  const batches = bagBatches(
    { x: x as Float32Array, shape, bagIds, means, ...(classes && { classes }) },
    { bagsPerBatch, seed: 2 },
  );
  const model = mlp({ inputs, hidden: [8], outputs: classes ?? 1 });
  const step = supervised({
    model,
    objective: aggregateObjective(model, { bagsPerBatch, loss: ({ rho }) => ({ ...loss, rho }) }),
    optimizer: sgd(0.05),
    compile,
  });
  const losses: number[] = [];
  let state = step.init(random.key(1), { hyper: { rho: 0.4 } });
  for (let epoch = 0; epoch < 2; epoch++)
    state = await fit({
      step,
      state,
      batches: batches.epoch(epoch),
      onStep: ({ metrics }) => void losses.push(metrics.loss),
    });
  const params = leavesOf(state.params).flatMap((leaf) => [...(leaf.ref.dataSync() as Float32Array)]);
  disposeTree([state.params, state.optimizer, state.modelState]);
  step.dispose();
  return [...losses, ...params];
}

describe("a loss of bags", () => {
  it.each(["squared", "logistic", "softmax", "poisson"] as const)("%s: trains as under jit", async (loss) => {
    const native = await nativeCompiler({
      warn: (message) => {
        throw new Error(message);
      },
    });
    for (const kind of ["bag", "interpolating", "regularised"] as const)
      close(await train({ loss, kind }, native), await train({ loss, kind }, compileWithJit), 1e-4);
  });
});
