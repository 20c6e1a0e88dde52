import type { numpy as np } from "@jax-js/jax";
import { assemble, constant, set } from "../generated/assembler.ts";
import { type GeneratedKernels, sizeOfValue } from "../generated/kernels.ts";
import { assembleKernels } from "../generated/pass.ts";
import { allocate } from "./allocate.ts";
import { type Buffer, engineMemory, isResident, locate, type Place, valuesAt } from "./engine-memory.ts";

/** Generated kernels that are ready to run on values at the places of their inputs and outputs, in this order. */
export interface Pass {
  /** Makes room in the engine's memory for what is not there: numbers, and arrays of other devices. */
  prepare(places: readonly Place[]): void;
  /** Allocates nothing. */
  run(places: readonly Place[]): void;
  dispose(): void;
}

/** Whether WebAssembly has instructions on four numbers at once here, and the engine's memory belongs to this thread alone. */
export function runsGenerated(): boolean {
  const onFour = assemble({ parameters: 0, counters: 0, values: 1, body: set(0, constant(0)) });
  return WebAssembly.validate(onFour) && engineMemory().buffer instanceof ArrayBuffer;
}

/** Compiles generated kernels over the engine's memory: vectors are read and written where they are. */
export function loadKernels(generated: GeneratedKernels): Pass {
  const module = new WebAssembly.Module(assembleKernels(generated));
  const memory = engineMemory();
  const { run } = new WebAssembly.Instance(module, { engine: { memory } }).exports as {
    run(...addresses: number[]): void;
  };
  const ports = [...generated.inputs, ...generated.outputs].map(({ variable }) => variable);
  const rooms = new Map<number, { array: np.Array; buffer: Buffer }>();
  return {
    prepare(places) {
      for (const [i, place] of places.entries()) {
        if (isResident(place) || rooms.has(i)) continue;
        const array = allocate({ dtype: "uint32", size: sizeOfValue(ports[i]), weak: false });
        rooms.set(i, { array, buffer: locate(array) as Buffer });
      }
    },
    run(places) {
      const addresses: number[] = [];
      const results: (() => void)[] = [];
      for (const [i, place] of places.entries()) {
        const { ptr } = isResident(place) ? place : rooms.get(i)!.buffer;
        addresses.push(ptr);
        if (isResident(place)) continue;
        const there = new Uint32Array(place.buffer, place.byteOffset, place.length);
        const here = valuesAt(rooms.get(i)!.buffer, "uint32").subarray(0, there.length);
        if (i < generated.inputs.length) here.set(there);
        else results.push(() => there.set(here));
      }
      run(...addresses);
      for (const copy of results) copy();
    },
    dispose() {
      for (const { array } of rooms.values()) array.dispose();
      rooms.clear();
    },
  };
}
