import { numpy as np } from "@jax-js/jax";
import {
  checkFloat64,
  disposeTree,
  leavesOf,
  mapTree,
  oneOf,
  peek,
  readOptions,
  type Tree,
  typeError,
} from "minimand/engine";
import type { GradientTransformation } from "minimand/optimizers";
import type { LearnerSnapshot, OnlineLearner } from "./online-learner.ts";

/**
 * Makes an optimizer of a learner whose feedback is a gradient: all parameters together are its decision, or those of each array
 * are the decision of a learner of its own. After each update the parameters are the next decision.
 *
 * Learners work on the host in float64, so this is for loops that aren't compiled; {@link optimisticDescent} is the optimistic
 * mirror descent that can be. The state is made of arrays, so that it is copied, saved and restored like any optimizer's.
 *
 * @param make a learner whose first decision is `x0`, the parameters one after another (of one array, if `per` says so); not one
 *   that remembers more than numbers of fixed shape, such as the ensemble that doubles its horizon
 * @param options `per`: one learner for `"all"` arrays together (default), or one for each `"array"`
 * @throws TypeError where a gradient can't be read now: inside `jit`, or on WebGPU
 * @example
 * asTransform((x0) => optimisticOmd({ domain: ballDomain(x0.length, 10), G: 5, x0 }))
 */
export function asTransform(
  make: (x0: Float64Array) => OnlineLearner,
  options: { per?: "all" | "array" } = {},
): GradientTransformation {
  const { per } = readOptions("asTransform", options, { per: ["all", oneOf(["all", "array"])] });
  const grouped = (argument: string, tree: Tree): Float64Array[] => {
    const arrays = leavesOf(tree).map((leaf) => numbersOf(argument, leaf));
    return per === "array" ? arrays : [Float64Array.from(arrays.flatMap((part) => [...part]))];
  };
  return {
    init: (params) => {
      checkFloat64("state");
      return grouped("params", params).map((start) => {
        const learner = make(start.slice());
        learner.predict();
        return { start: np.array(Float64Array.from(start)), learner: arraysOf(learner.snapshot()) };
      });
    },
    update(updates, state, params) {
      const gradients = grouped("updates", updates);
      const nexts = (state as Kept[]).map(({ start, learner: values }, i) => {
        const learner = make(numbersOf("state", start));
        restore(learner, values);
        learner.update(gradients[i]);
        return { start, x: learner.predict(), learner: arraysOf(learner.snapshot()) };
      });
      const x = nexts.flatMap((next) => [...next.x]);
      let from = 0;
      const moved = mapTree((p) => {
        const now = numbersOf("params", p);
        const part = now.map((value, i) => x[from + i] - value);
        from += now.length;
        const move = np.array(Float64Array.from(part), { shape: p.shape }).astype(p.dtype);
        p.dispose();
        return move;
      }, params);
      disposeTree([updates, ...(state as Kept[]).map(({ learner }) => learner)]);
      return [moved, nexts.map(({ start, learner }) => ({ start, learner }))];
    },
  };
}

/** What is kept of a learner: where it began, and its numbers. */
type Kept = { start: np.Array; learner: { [name: string]: np.Array } };

function arraysOf({ state }: LearnerSnapshot): Kept["learner"] {
  return Object.fromEntries(
    Object.entries(state).map(([name, value]) => [
      name,
      np.array(Float64Array.from(typeof value === "number" ? [value] : value)),
    ]),
  );
}

function restore(learner: OnlineLearner, values: Kept["learner"]): void {
  // A decision first: which of the names are numbers is seen from a snapshot that has them all.
  learner.predict();
  const saved = learner.snapshot();
  const state = Object.fromEntries(
    Object.entries(values).map(([name, array]) => {
      const numbers = Array.from(numbersOf("state", array));
      return [name, typeof saved.state[name] === "number" ? numbers[0] : numbers];
    }),
  );
  learner.restore({ ...saved, state });
}

/** The numbers of an array that can be read now. Does not consume it. */
function numbersOf(argument: string, array: np.Array): Float64Array {
  const values = peek(array);
  if (values === null)
    throw typeError(
      argument,
      "arrays that can be read now (not inside jit, not on WebGPU; see optimisticDescent)",
      array,
    );
  return Float64Array.from(values);
}
