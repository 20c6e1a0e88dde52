import { numpy as np } from "@jax-js/jax";
import { rangeError, typeError } from "../../engine/checks.ts";
import { keyOf } from "../../engine/random.ts";
import { kindOf, type Tensor } from "../../models/safetensors.ts";
import { readSummed, writeSummed } from "../../models/summed-safetensors.ts";
import { arrayOf, mapNamed, tensorOf } from "../../models/tree-tensors.ts";
import type { AsyncTrainStep } from "../train-step.ts";
import { disposeState } from "./keep-state.ts";

/** What a step is asked to save and to load its states. */
export type SavingStep<State> = Pick<AsyncTrainStep<State, never>, "init" | "name">;

const format = "minimand.state/1";

/**
 * A whole training state as the bytes of a safetensors file: parameters, running statistics, what optimizer and method carry, memory,
 * hyperparameters, seed and count. Training on from {@link loadState} gives the same bits as training on from the state itself.
 *
 * Arrays are named by the way to them (`params.0.weight`, `optimizer.0.mean.0.weight`); numbers stand in the metadata, with the
 * format's version, the name of the step and a CRC-32 of the file. What isn't in the state (data, options of the step, an output layer
 * beside it) is the caller's to keep.
 *
 * @param step that made the state
 * @param state kept
 * @returns the bytes
 * @throws TypeError for what is no step or none of its states, and for arrays that are not float32, float64, int32 or uint32
 * @example
 * await writeFile("state.safetensors", await saveState(step, state))
 * @see https://github.com/huggingface/safetensors, section "Format"
 */
export async function saveState<State>(step: SavingStep<State>, state: State): Promise<Uint8Array> {
  if (typeof step?.init !== "function") throw typeError("step", "a training step", step);
  if (typeof state === "object" && state !== null && "history" in state && "state" in state)
    throw typeError("state", "the state alone: what train returns holds it as .state", state);
  const metadata: Record<string, string> = { step: step.name ?? "" };
  const tensors: Record<string, Tensor> = {};
  const arrays: [string, np.Array][] = [];
  mapNamed(state, (leaf, name) => {
    if (leaf instanceof np.Array) arrays.push([name, leaf]);
    else if (kindOf(leaf) !== null)
      tensors[name] = { shape: [(leaf as Tensor["data"]).length], data: leaf as Tensor["data"] };
    else if (ArrayBuffer.isView(leaf))
      throw typeError(name, "float32, float64, int32 or uint32 numbers", leaf);
    else if (typeof leaf === "number") metadata[name] = Object.is(leaf, -0) ? "-0" : String(leaf);
  });
  if (arrays.length === 0) throw typeError("state", "a state of the step, with its parameters", state);
  for (const [name, array] of arrays) tensors[name] = await tensorOf(array, name);
  return writeSummed(format, tensors, metadata);
}

/**
 * The training state that {@link saveState} has written, for a step that is built as the one that made it.
 *
 * @param step of the same method, model and optimizer
 * @param bytes of the whole file
 * @returns the state, which the caller owns
 * @throws RangeError, TypeError in one line for bytes that are cut off, changed or damaged, another version of the format, the state of
 *   another step, and one whose arrays, shapes or dtypes are not those of this step
 * @example
 * const state = loadState(step, await readFile("state.safetensors"))
 */
export function loadState<State>(step: SavingStep<State>, bytes: Uint8Array): State {
  const { tensors, metadata } = readSummed("state", format, bytes);
  const { step: name, ...numbers } = metadata;
  if (name !== (step.name ?? "")) throw rangeError("state", `one of the step "${step.name ?? ""}"`, name);
  const unused = new Set([...Object.keys(tensors), ...Object.keys(numbers)]);
  const take = <T>(from: Record<string, T>, place: string): T => {
    unused.delete(place);
    if (!Object.hasOwn(from, place))
      throw isOfOptimizer(place)
        ? otherOptimizer(`none of its ${place}`)
        : rangeError("state", `a value ${place}, as this step has it`, undefined);
    return from[place];
  };
  const under = <T, V>(from: Record<string, T>, prefix: string, f: (value: T) => V): { [name: string]: V } =>
    Object.fromEntries(
      Object.entries(from).flatMap(([place, value]) =>
        place.startsWith(prefix) ? [[place.slice(prefix.length), f(value)]] : [],
      ),
    );
  // A fresh state says what there has to be; the numbers come from the file.
  const key = keyOf(0);
  let like: State;
  try {
    like = step.init(key, {
      hyper: under(numbers, "hyper.", Number),
      memory: under(tensors, "memory.", ({ data }) => data as Float32Array),
    });
  } catch (error) {
    if (key.refCount > 0) key.dispose();
    throw error;
  }
  const made: np.Array[] = [];
  try {
    const state = mapNamed(like, (leaf, place) => {
      if (typeof leaf === "number") return Number(take(numbers, place));
      if (ArrayBuffer.isView(leaf)) return take(tensors, place).data;
      if (!(leaf instanceof np.Array)) return leaf;
      const array = arrayOf(take(tensors, place), leaf, place);
      made.push(array);
      return array;
    });
    for (const place of unused)
      throw isOfOptimizer(place)
        ? otherOptimizer(`one of another, with ${place}`)
        : rangeError("state", "only what this step has", place);
    return state as State;
  } catch (error) {
    disposeState(made);
    throw error;
  } finally {
    disposeState(like);
  }
}

const isOfOptimizer = (place: string): boolean => place === "optimizer" || place.startsWith("optimizer.");

const otherOptimizer = (got: string): RangeError =>
  new RangeError(`state: expected one of the optimizer of this step, got ${got}`);
