import { numpy as np } from "@jax-js/jax";

/*
 * ONNX Runtime works on the engine's own memory: arrays of the wasm device are read and written in place, nothing is
 * copied. The engine keeps the place of an array to itself, so this file looks once, when it is first needed, at how
 * the engine stores two numbers, and remembers what it saw: the memory, and the table from buffers to addresses.
 * Everything here depends on the exact version of the engine; `look` checks it and refuses what it doesn't know.
 */

type Typed = Float32Array | Float64Array | Int32Array | Uint32Array;
export interface Buffer {
  ptr: number;
  size: number;
  /** How many arrays share it. */
  ref: number;
}
interface Backend {
  readSync(slot: number, start?: number, count?: number): Uint8Array;
}

interface Seen {
  memory: WebAssembly.Memory;
  buffers: Map<number, Buffer>;
  backend: Backend;
}

/** Arrays of the host by type; booleans are 32-bit integers in the engine. */
export const views = {
  float32: Float32Array,
  float64: Float64Array,
  int32: Int32Array,
  uint32: Uint32Array,
  bool: Int32Array,
};

let seen: Seen | undefined;
/** While an array is located: the buffer that the engine was about to copy. */
let locating = false;
let located: Buffer | undefined;

function look(): Seen {
  if (seen !== undefined) return seen;
  const found: Partial<Seen> = {};
  const { set } = Map.prototype;
  const { _putSync } = np.Array.prototype as unknown as { _putSync(backend: Backend): np.Array };
  const memory = Object.getOwnPropertyDescriptor(WebAssembly.Memory.prototype, "buffer")!;
  const sample = Float32Array.of(1, 2);
  const [x, y] = [0, 1].map(() => np.array(sample, { device: "wasm" }));
  try {
    let slot = Number.NaN;
    Map.prototype.set = function (key, value) {
      if (typeof value === "object" && value !== null && "ptr" in value && "ref" in value) {
        found.buffers = this as Map<number, Buffer>;
        slot = key;
      }
      return set.call(this, key, value);
    };
    Object.assign(np.Array.prototype, {
      _putSync(this: np.Array, backend: Backend) {
        found.backend = backend;
        return _putSync.call(this, backend);
      },
    });
    const sum = x.add(y);
    Map.prototype.set = set;
    sum.ref.dataSync();
    // The hashing of the engine has a memory of its own; this one is read alone.
    Object.defineProperty(WebAssembly.Memory.prototype, "buffer", {
      ...memory,
      get(this: WebAssembly.Memory) {
        found.memory = this;
        return memory.get!.call(this);
      },
    });
    found.backend?.readSync(slot, 0, 8);
    const { ptr } = found.buffers?.get(slot) ?? { ptr: 0 };
    const [two, four] = new Float32Array(found.memory?.buffer ?? new ArrayBuffer(ptr + 8), ptr, 2);
    sum.dispose();
    if (two !== 2 || four !== 4) delete found.memory;
  } finally {
    Map.prototype.set = set;
    Object.assign(np.Array.prototype, { _putSync });
    Object.defineProperty(WebAssembly.Memory.prototype, "buffer", memory);
  }
  const { backend, buffers } = found;
  if (backend === undefined || buffers === undefined || found.memory === undefined)
    throw new Error(
      "@jax-js/jax: expected the version this package was made for (0.1.25), got one that stores arrays otherwise",
    );
  seen = found as Seen;
  const read = backend.readSync;
  const nothing = new Uint8Array(0);
  backend.readSync = function (slot, start, count) {
    if (!locating) return read.call(this, slot, start, count);
    located = buffers.get(slot);
    return nothing;
  };
  return seen;
}

/** The place of an array: a buffer of the engine's on wasm, or a copy of its values. */
export type Place = Buffer | Typed;

/** Finds the place of an array, computing it if it is pending. The array is not consumed. */
export function locate(array: np.Array): Place {
  look();
  located = undefined;
  locating = array.device === "wasm";
  let read: Typed;
  try {
    read = array.ref.dataSync() as Typed;
  } finally {
    locating = false;
  }
  return located ?? read;
}

/** Returns the values at a place, without a copy. Good until the engine next allocates memory. */
export function valuesAt(place: Place, dtype: keyof typeof views): Typed {
  if (ArrayBuffer.isView(place)) return place;
  const View = views[dtype];
  const buffer = look().memory.buffer as ArrayBuffer;
  return new View(buffer, place.ptr, place.size / View.BYTES_PER_ELEMENT);
}

/** Returns the memory of the wasm device, which has all its arrays. */
export function engineMemory(): WebAssembly.Memory {
  return look().memory;
}

/** Whether a place is in that memory. */
export function isResident(place: Place): place is Buffer {
  return "ptr" in place;
}

/** What a port reads or writes. */
interface Bound {
  data: ArrayBufferView | readonly string[];
}

/**
 * Binds a port to the values at a place, as {@link valuesAt} gives them; made once for each place, and left alone where it is bound
 * to it already. `buffer` is that of the engine's memory now.
 */
export function binderOf(
  port: Bound,
  dtype: keyof typeof views,
): (place: Place, buffer: ArrayBufferLike) => void {
  const known = new Map<number, Typed>();
  let of: ArrayBufferLike | undefined;
  let bound: Place | undefined;
  return (place, buffer) => {
    if (place === bound && buffer === of) return;
    // Memory that has grown is another buffer; addresses of batches are many.
    if (buffer !== of || known.size > 256) known.clear();
    [of, bound] = [buffer, place];
    if (!isResident(place)) {
      port.data = place;
      return;
    }
    let values = known.get(place.ptr);
    if (values === undefined || values.byteLength !== place.size) {
      values = valuesAt(place, dtype);
      known.set(place.ptr, values);
    }
    port.data = values;
  };
}
