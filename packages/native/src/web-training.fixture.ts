import { defaultDevice, init, numpy as np, random, tree } from "@jax-js/jax";
import { fedType, type OnnxProgram, programInputs, toOnnxProgram } from "@minimand/native/onnx";
import { crossEntropy } from "minimand";
import { type AsyncCompile, compileWithJit, leavesOf, type Tree } from "minimand/engine";
import { mlp } from "minimand/models";
import { adamw } from "minimand/optimizers";
import { fit, minibatches, objectiveOf, supervised } from "minimand/training";
import type { InferenceSession, Tensor } from "onnxruntime-web/wasm";

/*
 * A network trained in a page, by ONNX Runtime Web, and by the engine.
 */

interface Runtime {
  InferenceSession: typeof InferenceSession;
  Tensor: typeof Tensor;
}

/** Compiles each function once, for the arguments of its first call. */
const compileForWeb =
  ({ InferenceSession, Tensor }: Runtime): AsyncCompile =>
  <A extends Tree[], R extends Tree>(f: (...args: A) => R) => {
    let compiled: { program: OnnxProgram; session: InferenceSession } | undefined;
    const call = async (...args: A): Promise<R> => {
      if (compiled === undefined) {
        const program = toOnnxProgram(f, args);
        compiled = { program, session: await InferenceSession.create(program.model) };
      }
      const { program, session } = compiled;
      const inputs = programInputs(program, tree.leaves(args as never));
      const feeds: Record<string, Tensor> = {};
      for (const { name, index, dtype, shape } of program.fed) {
        const x = inputs[index];
        const data = typeof x === "number" ? Float32Array.of(x) : await x.ref.data();
        feeds[name] = new Tensor(fedType(dtype) as "float32", data as Float32Array, shape);
      }
      const results = await session.run(feeds);
      for (const x of inputs.slice(program.consts.length)) if (typeof x !== "number") x.dispose();
      const arrays = program.results.map(({ name, dtype, shape }) =>
        np.array(results[name].data as Float32Array<ArrayBuffer>, {
          shape: [...shape],
          dtype: dtype as never,
        }),
      );
      return tree.unflatten(program.treedef, arrays as never) as R;
    };
    return Object.assign(call, {
      dispose() {
        for (const constant of compiled?.program.consts ?? []) constant.dispose();
        void compiled?.session.release();
      },
    });
  };

/** Losses of twelve steps and the parameters after them: in ONNX Runtime where one is given, else under `jit`. */
export async function trained(runtime?: Runtime): Promise<number[]> {
  await init("wasm");
  defaultDevice("wasm");
  const [rows, inputs] = [40, 4];
  const x = Float32Array.from({ length: rows * inputs }, (_, i) => ((i * 7) % 11) / 5 - 1);
  const y = Int32Array.from({ length: rows }, (_, i) => i % 3);
  const batches = minibatches({ x, shape: [inputs], y, classes: 3 }, { size: 16, seed: 2 });
  const model = mlp({ inputs, hidden: [8], outputs: 3 });
  const step = supervised({
    model,
    // With noise, whose random numbers the engine draws for the runtime.
    objective: objectiveOf(model, (f, labels, { weights, key }) => {
      const noise = random.normal(key, f.shape).mul(0.1);
      return crossEntropy(f.add(noise), labels, { weights });
    }),
    optimizer: ({ learningRate }) => adamw(learningRate),
    compile: runtime === undefined ? compileWithJit : compileForWeb(runtime),
  });
  const numbers: number[] = [];
  let state = step.init(random.key(0), { hyper: { learningRate: 0.05 } });
  for (const epoch of [0, 1, 2, 3])
    state = await fit({
      step,
      state,
      batches: batches.epoch(epoch),
      onStep: ({ metrics }) => void numbers.push(metrics.loss),
    });
  for (const leaf of leavesOf(state.params)) numbers.push(...((await leaf.data()) as Float32Array));
  step.dispose();
  return numbers;
}
