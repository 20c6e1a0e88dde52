import { defaultDevice, Jaxpr, numpy as np } from "@jax-js/jax";
import { cast } from "../lower/elementwise.ts";
import type { Tensor } from "../lower/graph.ts";
import { Graph } from "../lower/graph.ts";
import { dtypeOf, lower } from "../lower/lower.ts";
import type { DType } from "../lower/rule.ts";
import { materialise, sameNumbers, sizeOf, type View, viewOf } from "../lower/view.ts";
import { type Data, encodeModel } from "../onnx/model.ts";
import { withoutRandomBits } from "../prologue.ts";
import type { Traced } from "../trace.ts";
import { locate, type Place, valuesAt, views } from "./engine-memory.ts";
import { createSession, type Feed, type Session, type SessionOptions } from "./session.ts";

/** A compiled program for fixed shapes: arrays in (consumed), arrays out. */
export interface NativeProgram {
  run(inputs: readonly (np.Array | number)[]): np.Array[];
  dispose(): void;
}

interface Result {
  name: string;
  dtype: DType;
  shape: readonly number[];
  size: number;
  weak: boolean;
}

/** What the engine's eager rules do, one primitive each; `jit` runs a whole traced program. */
const engine = (
  np.Array as unknown as {
    _implRules(): {
      jit(args: np.Array[], params: { jaxpr: Jaxpr }): np.Array[];
      reshape(args: np.Array[], params: { shape: readonly number[] }): np.Array[];
    };
  }
)._implRules();

/** Writes the traced function as an ONNX model and loads it. Consumes its constants. */
export function makeProgram({ program, consts }: Traced, options: SessionOptions): NativeProgram {
  const { prologue, rest } = withoutRandomBits(program);
  const values = consts.map((c) => ({ data: c.ref.dataSync() as Data, shape: c.shape, dtype: c.dtype }));
  const graph = new Graph();
  const inputs = rest.inBinders.map((v, i) =>
    i < consts.length ? constantOf(graph, values[i]) : inputOf(graph, `x${i}`, dtypeOf(v), v.aval.shape),
  );
  const outputs = lower(graph, rest, inputs).map((view) => materialise(graph, view));
  const results = rest.outs.map(
    (atom, i): Result => ({
      name: "",
      dtype: dtypeOf(atom),
      shape: outputs[i].shape,
      size: sizeOf(outputs[i].shape),
      weak: atom.aval.weakType,
    }),
  );
  const fetched = outputs.map((tensor, i) => outputOf(graph, tensor, results[i].dtype));
  const names = new Set<string>();
  for (const [i, tensor] of fetched.entries()) {
    // An input as it came, or a value that is an output already, goes out through a node of its own.
    const direct = graph.isComputed(tensor) && !names.has(tensor.name);
    fetched[i] = direct ? tensor : graph.copy(tensor);
    results[i].name = fetched[i].name;
    names.add(fetched[i].name);
  }
  const { nodes, constants, inputs: ports } = graph.build(fetched);
  const used = new Set(nodes.flatMap((node) => node.inputs));
  const model = encodeModel({
    name: "program",
    nodes,
    constants,
    inputs: ports.filter(({ name }) => used.has(name)),
    outputs: fetched.map(({ name, type, shape }) => ({ name, type, shape })),
  });
  const session = createSession(model, options);
  const first = consts.length;
  const fed = rest.inBinders.flatMap((v, i) =>
    i >= first && used.has(`x${i}`)
      ? [{ name: `x${i}`, index: i - first, dtype: dtypeOf(v), shape: v.aval.shape }]
      : [],
  );
  const before = prologue && {
    // Constants of the trace may be among the keys.
    inputs: prologue.inputs,
    jaxpr: new Jaxpr(
      prologue.inputs.map((i) => program.inBinders[i]) as never,
      prologue.eqns as never,
      prologue.outs as never,
    ),
  };
  if (before === null) for (const c of consts) c.dispose();
  return runner(
    session,
    fed,
    results,
    before,
    before === null ? [] : consts,
    first,
    rest.inBinders.length - first,
  );
}

interface Fed {
  name: string;
  index: number;
  dtype: DType;
  shape: readonly number[];
}

function runner(
  session: Session,
  fed: readonly Fed[],
  results: readonly Result[],
  prologue: { inputs: readonly number[]; jaxpr: Jaxpr } | null,
  consts: readonly np.Array[],
  constCount: number,
  count: number,
): NativeProgram {
  const spares = makeSpares(results);
  const portsOf = (ports: readonly { name: string; dtype: DType; shape: readonly number[] }[]) =>
    Object.fromEntries(
      ports.map(({ name, dtype, shape }): [string, Feed] => {
        return [name, { type: fedType(dtype), data: new Uint8Array(0), dims: shape, location: "cpu" }];
      }),
    );
  const [feeds, fetches, none] = [portsOf(fed), portsOf(results), {}];
  const read = new Set(fed.map(({ index }) => index));
  const unread = Array.from({ length: count }, (_, i) => i).filter((i) => !read.has(i));
  return {
    run(given) {
      const inputs: (np.Array | number)[] = [...given];
      if (prologue !== null) {
        const keys = prologue.inputs.map((i) => shared(i < constCount ? consts[i] : given[i - constCount]));
        inputs.push(...engine.jit(keys, { jaxpr: prologue.jaxpr }));
      }
      const places = fed.map(({ index }) => place(inputs[index]));
      const outputs = results.map((result) => spares.take(result));
      // From here on nothing is allocated, so that views of the engine's memory stay good.
      for (const [i, { name, dtype }] of fed.entries()) feeds[name].data = valuesAt(places[i], dtype);
      for (const [i, { name, dtype }] of results.entries())
        fetches[name].data = valuesAt(outputs[i].place, dtype);
      session.run(feeds, fetches, none);
      for (const [i, { index }] of fed.entries()) {
        const x = inputs[index];
        if (typeof x !== "number") spares.keep(x, places[i]);
      }
      for (const x of unread) if (typeof inputs[x] !== "number") (inputs[x] as np.Array).dispose();
      return outputs.map(
        ({ array, place }, i) => array ?? small(results[i], place as ReturnType<typeof valuesAt>),
      );
    },
    dispose() {
      session.dispose();
      spares.dispose();
      for (const c of consts) c.dispose();
    },
  };
}

function place(x: np.Array | number): Place {
  return typeof x === "number" ? Float32Array.of(x) : locate(x);
}

function shared(x: np.Array | number): np.Array {
  return typeof x === "number" ? np.array(x) : x.ref;
}

/** A result that was not written to the engine's memory: one without elements, or one for another device. */
function small({ dtype, shape, weak }: Result, data: ReturnType<typeof valuesAt>): np.Array {
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
function makeSpares(results: readonly Result[]) {
  const kinds = new Map<string, { room: number; arrays: np.Array[] }>();
  const kindOf = ({ dtype, size, weak }: Pick<Result, "dtype" | "size" | "weak">): string =>
    `${dtype} ${size} ${weak}`;
  for (const result of results) {
    const kind = kinds.get(kindOf(result)) ?? { room: 0, arrays: [] };
    kind.room++;
    if (result.size > 0) kinds.set(kindOf(result), kind);
  }
  return {
    take(result: Result): { array: np.Array | null; place: Place } {
      const { dtype, shape, size } = result;
      // Other devices than wasm keep their memory to themselves.
      if (size === 0 || defaultDevice() !== "wasm") return { array: null, place: new views[dtype](size) };
      let array = kinds.get(kindOf(result))!.arrays.pop() ?? allocate(result);
      if (!sameNumbers(array.shape, shape)) [array] = engine.reshape([array], { shape });
      return { array, place: locate(array) };
    },
    keep(array: np.Array, place: Place): void {
      const { dtype, size, weakType: weak } = array;
      const kind = kinds.get(kindOf({ dtype: dtype as DType, size, weak }));
      const alone = "ref" in place && place.ref === 1 && array.refCount === 1;
      if (kind === undefined || !alone || kind.arrays.length >= kind.room) array.dispose();
      // A new array over the same buffer: whoever still has the old one is told that it is gone.
      else kind.arrays.push(...engine.reshape([array], { shape: array.shape }));
    },
    dispose(): void {
      for (const kind of kinds.values()) for (const array of kind.arrays.splice(0)) array.dispose();
    },
  };
}

/** An array with memory of its own: of values that are not all equal, or a part of such. */
function allocate({ dtype, size, weak }: Result): np.Array {
  const data = new views[dtype](Math.max(size, 2));
  data[0] = 1;
  const array =
    weak && dtype === "float32"
      ? // Of numbers of JavaScript, so that it gives way to other types as they do.
        np.where(np.array(Int32Array.from(data), { dtype: np.bool }), 1, 0)
      : np.array(data as never, { dtype: dtype as never });
  return size > 1 ? array : array.slice([0, 1]);
}

/** Booleans are 32-bit integers in the engine. */
function fedType(dtype: DType): "float32" | "float64" | "int32" | "uint32" {
  return dtype === "bool" ? "int32" : dtype;
}

function inputOf(graph: Graph, name: string, dtype: DType, shape: readonly number[]): View {
  return viewOf(cast(graph, graph.input(name, fedType(dtype), shape), dtype));
}

function constantOf(
  graph: Graph,
  { data, shape, dtype }: { data: Data; shape: number[]; dtype: string },
): View {
  return dtype === "bool"
    ? viewOf(graph.constant("bool", shape, Uint8Array.from(data as Int32Array)))
    : viewOf(graph.constant(dtype as DType, shape, data));
}

function outputOf(graph: Graph, tensor: Tensor, dtype: DType): Tensor {
  return cast(graph, tensor, fedType(dtype));
}
