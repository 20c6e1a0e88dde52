import type { numpy as np } from "@jax-js/jax";
import { typeError } from "minimand/engine";
import { UnsupportedPrimitiveError } from "../lower/lower.ts";
import { sameNumbers } from "../lower/view.ts";
import { programInputs } from "../write/onnx-program.ts";
import type { ProgramOutput } from "../write/ports.ts";
import { allocate } from "./allocate.ts";
import { locate, type Place, views } from "./engine-memory.ts";
import { makeHandedOn } from "./handed-on.ts";
import { inPlace } from "./in-place.ts";
import { type Parts, resultsOf } from "./parts.ts";
import { type Leaf, partOf, placeOf, small } from "./places.ts";
import type { Runner } from "./runner.ts";
import type { Slot, Spares } from "./spares.ts";

/** What the first step of a block starts from, what each step is given, and what is the same for all. */
export interface BlockInputs {
  carry: readonly Leaf[];
  xs: readonly (readonly Leaf[])[];
  fixed: readonly Leaf[];
}

/**
 * Runs a program several times. Its first results are passed to the next step; the others are what a step reports, and are stacked.
 * Consumes its inputs, unless it throws.
 */
export function runBlock(parts: Parts, runner: Runner, spares: Spares, block: BlockInputs): np.Array[] {
  const { program, ending } = parts;
  const { carry, xs, fixed } = block;
  checkCarried(parts, carry);
  const [first, count] = [program.consts.length, carry.length];
  const results = resultsOf(parts);
  const tells = results.slice(count);
  const over = [...(ending ? inPlace(ending.generated) : [])]
    .filter(([output, input]) => output < count && input >= first && input < first + count)
    .map(([output, input]): [number, number] => [output, input - first]);
  const handedOn = makeHandedOn(results.slice(0, count), new Map(over), spares);
  const stacks: Slot[] = [];
  const drawn: np.Array[] = [];
  let start: readonly (Place | undefined)[];
  try {
    const known = new Map<Leaf, Place>();
    const locateOnce = (x: Leaf): Place => {
      const place = known.get(x) ?? placeOf(x);
      known.set(x, place);
      return place;
    };
    const places = xs.map((x) => {
      const inputs = programInputs(program, [...carry, ...x, ...fixed]);
      drawn.push(...(inputs.slice(first + count + x.length + fixed.length) as np.Array[]));
      return inputs.map((input, i) => (runner.reads.has(i) ? locateOnce(input) : undefined));
    });
    start = places[0].slice(first, first + count);
    for (const result of tells) stacks.push(makeStack(result, xs.length));
    let current = start;
    for (const [i, own] of places.entries()) {
      const next = handedOn.next();
      const told = tells.map((result, k) => partOf(stacks[k].place, result, i));
      for (const [k, place] of current.entries()) own[first + k] = place;
      runner.run(own, [...next, ...told]);
      current = next;
    }
  } catch (error) {
    handedOn.dispose();
    for (const { array } of stacks) array?.dispose();
    throw error;
  } finally {
    for (const x of drawn) x.dispose();
  }
  for (const x of [...xs.flat(), ...fixed]) if (typeof x !== "number") x.dispose();
  for (const [i, x] of carry.entries()) {
    const place = start[i];
    if (typeof x === "number") continue;
    if (place === undefined) x.dispose();
    else spares.keep(x, place);
  }
  return [
    ...handedOn.arrays(),
    ...stacks.map(({ array, place }, k) => {
      const { dtype, shape } = tells[k];
      const all = { dtype, shape: [xs.length, ...shape], weak: false };
      return array === null ? small(all, place as never) : array.reshape(all.shape);
    }),
  ];
}

/** Room for what the steps report, next to each other. */
function makeStack({ dtype, size }: ProgramOutput, steps: number): Slot {
  if (size === 0) return { array: null, place: new views[dtype](0) };
  const array = allocate({ dtype, size: steps * size, weak: false });
  return { array, place: locate(array) };
}

/** Keys are drawn from before the first step, so they can't be passed from step to step. */
function checkCarried({ program, ending }: Parts, carry: readonly Leaf[]): void {
  const first = program.consts.length;
  for (const [i, given] of carry.entries()) {
    if (program.draws?.runs.some((places) => places.includes(first + i)))
      throw new UnsupportedPrimitiveError("random_bits", " from a carried key", "a loop");
    const next = resultsOf({ program, ending })[i];
    const [dtype, shape] = typeof given === "number" ? ["float32", []] : [given.dtype, given.shape];
    if (next.dtype !== dtype || !sameNumbers(next.shape, shape))
      throw typeError(
        "carry",
        `what a step hands on to be like what it is given, ${dtype}[${shape}]`,
        `${next.dtype}[${next.shape}]`,
      );
  }
}
