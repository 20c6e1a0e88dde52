import { checkNumber, rangeError } from "minimand/engine";
import { checkSaved } from "../saved-arrays.ts";

/** How much is remembered and how much of it an update learns from. */
export interface ReplayOptions {
  capacity: number;
  batch: number;
}

/** The last examples, in arrays that are never made anew. */
export interface ReplayMemory {
  /** The number of stored examples. */
  readonly filled: number;
  push(slot: number, x: Float64Array, y: number): void;
  slotOf(k: number): number;
  targetOf(k: number): number;
  /** The vector of an example; a view. */
  vectorOf(k: number): Float64Array;
  save(): SavedReplay;
  load(saved: SavedReplay): void;
}

/** A memory as data; its arrays are views. */
export interface SavedReplay {
  filled: number;
  /** Where the next example goes. */
  next: number;
  replayX: Float64Array;
  replayY: Float64Array;
  replaySlot: Int32Array;
}

/** Numbers of the vectors that are remembered: 1 GiB. */
const mostNumbers = 2 ** 27;

/** @throws TypeError, RangeError for sizes below 1, a capacity for more than {@link mostNumbers} */
export function replayMemory(dim: number, { capacity, batch }: ReplayOptions): ReplayMemory {
  checkNumber("replay.batch", batch, { min: 1, integer: true });
  checkNumber("replay.capacity", capacity, { min: 1, integer: true });
  if (capacity * dim > mostNumbers)
    throw rangeError("replay.capacity", `vectors of at most ${mostNumbers} numbers`, capacity * dim);
  const x = new Float64Array(capacity * dim);
  const y = new Float64Array(capacity);
  const slots = new Int32Array(capacity);
  let [filled, next] = [0, 0];
  return {
    get filled() {
      return filled;
    },
    push(slot, vector, target) {
      x.set(vector, next * dim);
      y[next] = target;
      slots[next] = slot;
      next = (next + 1) % capacity;
      filled = Math.min(filled + 1, capacity);
    },
    slotOf: (k) => slots[k],
    targetOf: (k) => y[k],
    vectorOf: (k) => x.subarray(k * dim, (k + 1) * dim),
    save: () => ({
      filled,
      next,
      replayX: x.subarray(0, filled * dim),
      replayY: y.subarray(0, filled),
      replaySlot: slots.subarray(0, filled),
    }),
    load(saved) {
      checkNumber("filled", saved.filled, { min: 0, max: capacity, integer: true });
      checkNumber("next", saved.next, { min: 0, below: capacity, integer: true });
      checkSaved("replayX", saved.replayX, Float64Array, saved.filled * dim);
      checkSaved("replayY", saved.replayY, Float64Array, saved.filled);
      checkSaved("replaySlot", saved.replaySlot, Int32Array, saved.filled);
      ({ filled, next } = saved);
      x.set(saved.replayX);
      y.set(saved.replayY);
      slots.set(saved.replaySlot);
    },
  };
}
