import { numpy as np } from "@jax-js/jax";
import { peek, typeError } from "../../engine/checks.ts";
import { disposeTree, leavesOf, mapTree, type Tree } from "../../engine/tree.ts";
import type { GradientTransformation } from "../../optimizers/transformation.ts";
import type { LearnerSnapshot, OnlineLearner } from "./learner.ts";

/**
 * Makes an optimizer of any learner whose feedback is a gradient: all parameters together are its decision. After each update the
 * parameters are the learner's next decision.
 *
 * The learner works on the host in float64, so this is for loops that aren't compiled; {@link optimisticDescent} is the optimistic
 * mirror descent that can be. Its state is made of arrays, so that it is copied, saved and restored like any optimizer's.
 *
 * @param make a learner whose first decision is `x0`, the parameters one after another
 * @throws TypeError where a gradient can't be read now: inside `jit`, or on WebGPU
 * @example
 * asTransform((x0) => optimisticOmd({ domain: ballDomain(x0.length, 10), G: 5, x0 }))
 */
export function asTransform(make: (x0: Float64Array) => OnlineLearner): GradientTransformation {
  const arraysOf = ({ state }: LearnerSnapshot): Tree =>
    Object.fromEntries(
      Object.entries(state).map(([name, value]) => [
        name,
        np.array(Float64Array.from(typeof value === "number" ? [value] : value)),
      ]),
    );
  return {
    init(params) {
      const start = flattened("params", params);
      const learner = make(start.slice());
      learner.predict();
      return { start: np.array(Float64Array.from(start)), learner: arraysOf(learner.snapshot()) };
    },
    update(updates, state, params) {
      const gradient = flattened("updates", updates);
      const at = flattened("params", params);
      const { start, learner: values } = state as { start: np.Array; learner: { [name: string]: np.Array } };
      const learner = make(flattened("state", start));
      const saved = learner.snapshot();
      learner.predict();
      const shape = learner.snapshot().state;
      learner.restore({
        ...saved,
        state: Object.fromEntries(
          Object.entries(values).map(([name, array]) => {
            const numbers = Array.from(array.ref.dataSync() as Float64Array);
            return [name, typeof shape[name] === "number" ? numbers[0] : numbers];
          }),
        ),
      });
      learner.update(gradient);
      const next = learner.predict();
      let from = 0;
      const moved = mapTree((p) => {
        const part = next.subarray(from, from + p.size).map((x, i) => x - at[from + i]);
        from += p.size;
        const move = np.array(part, { shape: p.shape }).astype(p.dtype);
        p.dispose();
        return move;
      }, params);
      disposeTree([updates, values]);
      return [moved, { start, learner: arraysOf(learner.snapshot()) }];
    },
  };
}

/** All numbers of a tree, one after another. Does not consume it. */
function flattened(argument: string, tree: Tree): Float64Array {
  const parts = leavesOf(tree).map((leaf) => {
    const values = peek(leaf);
    if (values === null)
      throw typeError(
        argument,
        "arrays that can be read now (not inside jit, not on WebGPU; see optimisticDescent)",
        leaf,
      );
    return Array.from(values);
  });
  return Float64Array.from(parts.flat());
}
