import { numpy as np } from "@jax-js/jax";
import { leavesOf, mapTree, type Tree } from "../../engine/tree.ts";
import type { Hyper } from "../hyper.ts";
import type { JoinedStates, SupervisedState } from "../train-step.ts";

type Arrays = Pick<SupervisedState, "params" | "optimizer" | "modelState">;

const arraysOf = ({ params, optimizer, modelState }: Arrays): Arrays => ({ params, optimizer, modelState });
const namesOf = (hyper: Hyper): string => Object.keys(hyper).join();
const kindsOf = (state: SupervisedState): string =>
  leavesOf({ ...arraysOf(state) })
    .map(({ dtype, shape, weakType }) => `${dtype}[${shape}]${weakType}`)
    .join();

/** Types whose values are copied as they lie on the host. */
const copied = new Map<string, Float32ArrayConstructor | Int32ArrayConstructor | Uint32ArrayConstructor>([
  ["float32", Float32Array],
  ["int32", Int32Array],
  ["uint32", Uint32Array],
]);

/**
 * Several states as one; null where they have memories, came another way, or are of several kinds. Looks at them.
 */
export function joinStates(states: readonly SupervisedState[]): JoinedStates | null {
  const [{ seed, count, hyper }] = states;
  const alike = states.every(
    (state) =>
      state.seed === seed &&
      state.count === count &&
      Object.keys(state.memory).length === 0 &&
      namesOf(state.hyper) === namesOf(hyper) &&
      kindsOf(state) === kindsOf(states[0]),
  );
  const leaves = states.map((state) => leavesOf({ ...arraysOf(state) }));
  if (!alike || leaves[0].some(({ dtype }) => !copied.has(dtype))) return null;
  let leaf = 0;
  const joined = mapTree(
    (first) => {
      const own = leaves.map((ofState) => ofState[leaf]);
      leaf++;
      return joinArrays(first, own);
    },
    { ...arraysOf(states[0]) } as Tree,
  ) as Arrays;
  return {
    ...joined,
    seed,
    count,
    hyper: states.map((state) => state.hyper),
    weak: leaves[0].map(({ weakType }) => weakType),
  };
}

function joinArrays({ dtype, shape, size }: np.Array, own: readonly np.Array[]): np.Array {
  const all = new (copied.get(dtype)!)(own.length * size);
  for (const [i, x] of own.entries()) all.set(x.ref.dataSync() as Float32Array, i * size);
  return np.array(all, { shape: [own.length, ...shape], dtype });
}

/** A copy of the state at a place. Looks at them. */
export function stateAt(states: JoinedStates, place: number): SupervisedState {
  let leaf = 0;
  const arrays = mapTree(
    (x) => {
      const weak = states.weak[leaf++];
      const [shape, size] = [x.shape.slice(1), x.size / x.shape[0]];
      const own = (x.ref.dataSync() as Float32Array).slice(place * size, (place + 1) * size);
      return weak && shape.length === 0 ? np.array(own[0]) : np.array(own, { shape, dtype: x.dtype });
    },
    { ...arraysOf(states) } as Tree,
  ) as Arrays;
  const { hyper, seed, count } = states;
  return { ...arrays, hyper: hyper[place], memory: {}, seed, count };
}

/** Copies of the states at some places, as one. Looks at them. */
export function statesAt(states: JoinedStates, places: readonly number[]): JoinedStates {
  const arrays = mapTree(
    (x) => {
      const size = x.size / x.shape[0];
      const all = x.ref.dataSync() as Float32Array;
      const own = new (copied.get(x.dtype)!)(places.length * size);
      for (const [i, place] of places.entries())
        own.set(all.subarray(place * size, (place + 1) * size), i * size);
      return np.array(own, { shape: [places.length, ...x.shape.slice(1)], dtype: x.dtype });
    },
    { ...arraysOf(states) } as Tree,
  ) as Arrays;
  return { ...states, ...arrays, hyper: places.map((place) => states.hyper[place]) };
}

/** Hyperparameters of all states as a program is given them. */
export function joinedHyper({ hyper }: JoinedStates): { [name: string]: np.Array } {
  return Object.fromEntries(
    Object.keys(hyper[0]).map((name) => [name, np.array(Float32Array.from(hyper, (own) => own[name]))]),
  );
}
