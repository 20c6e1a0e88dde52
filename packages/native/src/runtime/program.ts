import { defaultDevice, numpy as np } from "@jax-js/jax";
import { eager } from "../lower/eager-rules.ts";
import type { DType } from "../lower/rule.ts";
import { sameNumbers } from "../lower/view.ts";
import { type OnnxProgram, programInputs } from "../write/onnx-program.ts";
import { type ArrayPort, fedType, type ProgramOutput } from "../write/ports.ts";
import { locate, type Place, valuesAt, views } from "./engine-memory.ts";
import { createSession, type Feed, type SessionOptions } from "./session.ts";

/** A compiled program for fixed shapes: arrays in (consumed, unless the run throws), arrays out. */
export interface NativeProgram {
  run(inputs: readonly (np.Array | number)[]): np.Array[];
  dispose(): void;
}

/** Loads a written program, and owns it from here on. */
export function makeProgram(program: OnnxProgram, options: SessionOptions): NativeProgram {
  const { model, fed, results, draws, consts } = program;
  const session = createSession(model, options);
  const spares = makeSpares(results);
  const [feeds, fetches, none] = [feedsOf(fed), feedsOf(results), {}];
  const read = new Set(fed.map(({ index }) => index));
  // Keys are drawn from among them.
  if (draws === null) for (const c of consts) c.dispose();
  return {
    run(given) {
      const inputs = programInputs(program, given);
      const outputs: ReturnType<typeof spares.take>[] = [];
      let places: Place[];
      try {
        places = fed.map(({ index }) => place(inputs[index]));
        for (const result of results) outputs.push(spares.take(result));
        // From here on nothing is allocated, so that views of the engine's memory stay good.
        for (const [i, { name, dtype }] of fed.entries()) feeds[name].data = valuesAt(places[i], dtype);
        for (const [i, { name, dtype }] of results.entries())
          fetches[name].data = valuesAt(outputs[i].place, dtype);
        session.run(feeds, fetches, none);
      } catch (error) {
        for (const { array } of outputs) array?.dispose();
        for (const drawn of inputs.slice(consts.length + given.length)) (drawn as np.Array).dispose();
        throw error;
      }
      for (const [i, { index }] of fed.entries()) {
        const x = inputs[index];
        if (typeof x !== "number") spares.keep(x, places[i]);
      }
      for (const [i, x] of inputs.entries())
        if (i >= consts.length && !read.has(i) && typeof x !== "number") x.dispose();
      return outputs.map(
        ({ array, place }, i) => array ?? small(results[i], place as ReturnType<typeof valuesAt>),
      );
    },
    dispose() {
      session.dispose();
      spares.dispose();
      if (draws !== null) for (const c of consts) c.dispose();
    },
  };
}

function feedsOf(ports: readonly ArrayPort[]): Record<string, Feed> {
  return Object.fromEntries(
    ports.map(({ name, dtype, shape }): [string, Feed] => {
      return [name, { type: fedType(dtype), data: new Uint8Array(0), dims: shape, location: "cpu" }];
    }),
  );
}

function place(x: np.Array | number): Place {
  return typeof x === "number" ? Float32Array.of(x) : locate(x);
}

/** A result that was not written to the engine's memory: one without elements, a number, or one for another device. */
function small({ dtype, shape, weak }: ProgramOutput, data: ReturnType<typeof valuesAt>): np.Array {
  if (data.length === 0) return np.zeros([...shape], { dtype: dtype as never });
  // A weak type is that of a number of JavaScript.
  return weak && dtype === "float32" && data.length === 1
    ? np.array(data[0]).reshape([...shape])
    : np.array(data as never, { shape: [...shape], dtype: dtype as never });
}

/**
 * Arrays that results are written to. An input that nobody else holds is not freed but kept for a later result of its
 * kind: parameters and optimizer state go back and forth between two buffers, without a copy.
 */
function makeSpares(results: readonly ProgramOutput[]) {
  const kinds = new Map<string, { room: number; arrays: np.Array[] }>();
  const kindOf = ({ dtype, size, weak }: Pick<ProgramOutput, "dtype" | "size" | "weak">): string =>
    `${dtype} ${size} ${weak}`;
  for (const result of results) {
    const kind = kinds.get(kindOf(result)) ?? { room: 0, arrays: [] };
    kind.room++;
    if (result.size > 0) kinds.set(kindOf(result), kind);
  }
  return {
    take(result: ProgramOutput): { array: np.Array | null; place: Place } {
      const { dtype, shape, size, weak } = result;
      // Other devices than wasm keep their memory to themselves, and making a number is cheaper than making room for it.
      if (size === 0 || (size === 1 && weak) || defaultDevice() !== "wasm")
        return { array: null, place: new views[dtype](size) };
      let array = kinds.get(kindOf(result))!.arrays.pop() ?? allocate(result);
      if (!sameNumbers(array.shape, shape)) [array] = eager.reshape([array], { shape });
      return { array, place: locate(array) };
    },
    keep(array: np.Array, place: Place): void {
      const { dtype, size, weakType: weak } = array;
      const kind = kinds.get(kindOf({ dtype: dtype as DType, size, weak }));
      const alone = "ref" in place && place.ref === 1 && array.refCount === 1;
      if (kind === undefined || !alone || kind.arrays.length >= kind.room) array.dispose();
      // A new array over the same buffer: whoever still has the old one is told that it is gone.
      else kind.arrays.push(...eager.reshape([array], { shape: array.shape }));
    },
    dispose(): void {
      for (const kind of kinds.values()) for (const array of kind.arrays.splice(0)) array.dispose();
    },
  };
}

/** An array with memory of its own: of values that are not all equal, or a part of such. */
function allocate({ dtype, size, weak }: ProgramOutput): np.Array {
  const data = new views[dtype](Math.max(size, 2));
  data[0] = 1;
  const array =
    weak && dtype === "float32"
      ? // Of numbers of JavaScript, so that it gives way to other types as they do.
        np.where(np.array(Int32Array.from(data), { dtype: np.bool }), 1, 0)
      : np.array(data as never, { dtype: dtype as never });
  return size > 1 ? array : array.slice([0, 1]);
}
