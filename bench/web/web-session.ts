import type { Feed, SessionOptions } from "../../packages/native/src/runtime/session.ts";

/*
 * The native compiler's sessions on ONNX Runtime Web, in place of `session.ts` where this benchmark is bundled: one thread, its
 * synchronous entries. Tensors lie in the runtime's own memory, each port has one that is bound once, and what passes through is copied.
 */

/** What is used of the runtime's WebAssembly. */
interface Runtime {
  HEAPU8: Uint8Array<ArrayBuffer>;
  HEAP32: Int32Array;
  HEAPU32: Uint32Array;
  _malloc(bytes: number): number;
  _free(address: number): void;
  _OrtInit(threads: number, severity: number): number;
  _OrtGetLastError(code: number, message: number): number;
  _OrtCreateSessionOptions(...options: number[]): number;
  _OrtReleaseSessionOptions(options: number): number;
  _OrtCreateSession(model: number, bytes: number, options: number): number;
  _OrtReleaseSession(session: number): number;
  _OrtCreateTensor(
    type: number,
    data: number,
    bytes: number,
    shape: number,
    axes: number,
    location: number,
  ): number;
  _OrtReleaseTensor(tensor: number): number;
  _OrtCreateRunOptions(severity: number, verbosity: number, terminate: number, tag: number): number;
  _OrtRun(session: number, ...ports: number[]): number;
}

/** Elements by their names in ONNX. */
const types: Record<string, { code: number; bytes: number }> = {
  float32: { code: 1, bytes: 4 },
  int32: { code: 6, bytes: 4 },
  float64: { code: 11, bytes: 8 },
  uint32: { code: 12, bytes: 4 },
};
const onProcessor = 1;
const errorsAlone = 3;

let runtime: Runtime;

/** Loads the runtime from this site. */
export async function loadOnnxWeb(): Promise<void> {
  const address = "/ort-wasm-simd-threaded.mjs";
  const { default: start } = (await import(/* @vite-ignore */ address)) as {
    default(options: object): Promise<Runtime>;
  };
  runtime = await start({ numThreads: 1 });
  check(runtime._OrtInit(1, errorsAlone) === 0);
}

export class NativeUnavailableError extends Error {}
export const runtimeVersion = "";
export const sessionOptions = { threads: true, providers: true };
export const loadRuntime = (): Runtime => runtime;
export const checkSession = (_: SessionOptions): void => {};

export function createSession(model: Uint8Array) {
  const session = load(model);
  const ports = new Map<string, Port>();
  const portOf = (name: string, feed: Feed): Port => {
    const known = ports.get(name) ?? makePort(name, feed);
    ports.set(name, known);
    return known;
  };
  let bound: { inputs: [Feed, Port][]; outputs: [Feed, Port][]; lists: number[] } | undefined;
  const bind = (feeds: Record<string, Feed>, fetches: Record<string, Feed>) => {
    const portsOf = (all: Record<string, Feed>): [Feed, Port][] =>
      Object.entries(all).map(([name, feed]) => [feed, portOf(name, feed)]);
    const [inputs, outputs] = [portsOf(feeds), portsOf(fetches)];
    const lists = [inputs, outputs].map((side) =>
      [side.map(([, { name }]) => name), side.map(([, { tensor }]) => tensor)].map(listOf),
    );
    const [[inputNames, given], [outputNames, made]] = lists;
    const options = runtime._OrtCreateRunOptions(errorsAlone, 0, 0, 0);
    return {
      inputs,
      outputs,
      lists: [inputNames, given, inputs.length, outputNames, outputs.length, made, options],
    };
  };
  return {
    run(feeds: Record<string, Feed>, fetches: Record<string, Feed>): Record<string, Feed> {
      bound ??= bind(feeds, fetches);
      for (const [{ data }, { address }] of bound.inputs) runtime.HEAPU8.set(bytesOf(data), address);
      check(runtime._OrtRun(session, ...bound.lists) === 0);
      for (const [{ data }, { address, bytes }] of bound.outputs)
        bytesOf(data).set(runtime.HEAPU8.subarray(address, address + bytes));
      return fetches;
    },
    dispose(): void {
      for (const { tensor, address } of ports.values()) {
        runtime._OrtReleaseTensor(tensor);
        runtime._free(address);
      }
      runtime._OrtReleaseSession(session);
    },
  };
}

interface Port {
  name: number;
  tensor: number;
  address: number;
  bytes: number;
}

function load(model: Uint8Array): number {
  const everyOptimisation = 99;
  const options = runtime._OrtCreateSessionOptions(everyOptimisation, 1, 1, 0, 0, 0, 0, errorsAlone, 0, 0);
  const address = placed(model);
  const session = runtime._OrtCreateSession(address, model.length, options);
  runtime._free(address);
  runtime._OrtReleaseSessionOptions(options);
  check(session !== 0);
  return session;
}

function makePort(name: string, { type, dims }: Feed): Port {
  const { code, bytes } = types[type];
  const size = dims.reduce((a, b) => a * b, bytes);
  const address = runtime._malloc(Math.max(size, 1));
  const tensor = runtime._OrtCreateTensor(code, address, size, listOf(dims), dims.length, onProcessor);
  check(tensor !== 0);
  return { name: placed(new TextEncoder().encode(`${name}\0`)), tensor, address, bytes: size };
}

function placed(bytes: Uint8Array): number {
  const address = runtime._malloc(bytes.length);
  runtime.HEAPU8.set(bytes, address);
  return address;
}

function listOf(numbers: readonly number[]): number {
  const address = runtime._malloc(4 * Math.max(numbers.length, 1));
  runtime.HEAP32.set(numbers, address / 4);
  return address;
}

function bytesOf(data: Feed["data"]): Uint8Array {
  const { buffer, byteOffset, byteLength } = data as ArrayBufferView;
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function check(good: boolean): void {
  if (good) return;
  const place = runtime._malloc(8);
  runtime._OrtGetLastError(place, place + 4);
  const message = runtime.HEAPU32[place / 4 + 1];
  throw new Error(
    new TextDecoder().decode(runtime.HEAPU8.slice(message, runtime.HEAPU8.indexOf(0, message))),
  );
}
