import { numpy as np } from "@jax-js/jax";
import { checkNumber, disposeTree, mapTree, readOptions, refTree, type Tree } from "minimand/engine";
import type { ApplyOptions, Model, Variables } from "minimand/models";
import {
  type Iteration,
  type IterationData,
  stackedParameters,
  systemArrays,
  type WholeIteration,
  wholeIteration,
} from "./iteration.ts";

/** An iteration, and how many of it are the layers of a network. */
export interface UnfoldOptions<State extends Tree = Tree> extends Iteration<State> {
  /** At least 1. */
  layers: number;
}

/** An iterative algorithm as a network. Its parameters are an object of arrays `[layers, ...]`; its state is the system, as it came. */
export interface Unfolded extends Model {
  layers: number;
  /** What it was made of, defaults filled in. */
  iteration: WholeIteration;
  /** `depth`: how many layers are made; a 0-d array may be an input of the program, of which one then serves all depths. Default all. */
  apply(
    variables: Variables,
    y: np.Array,
    options: ApplyOptions & { depth?: number | np.Array },
  ): [np.Array, Tree];
  /** The estimates before the first layer and behind each one. Consumes its arguments. */
  trajectory(variables: Variables, y: np.Array): np.Array[];
}

/**
 * Deep unfolding: a number of iterations of an algorithm as the layers of a network whose parameters are the numbers of each iteration.
 *
 * Before training the network does what the algorithm does. It is a model like any other: `supervised`, `predictor` and `saveState` take
 * it; {@link trainUnfolded} trains it layer by layer. Its input are measurements, its output the estimate behind the last layer. What isn't
 * trained, the system, is the model's state.
 *
 * @param options an iteration, as of {@link ista} and its peers or an own one, and `layers`
 * @returns a model from `[batch, measurements]` to `[batch, signal]`, or whatever the layer makes of its input
 * @throws RangeError, TypeError for what is no iteration, fewer than one layer, an unknown option; from `init`, for start parameters whose
 *   shapes differ from layer to layer
 * @example
 * const halving = unfold({
 *   layer: (x: np.Array, { y }, { step }) => x.ref.add(y.sub(x).mul(step)),
 *   start: ({ y }) => y.mul(0),
 *   parameters: { step: 0.5 },
 *   layers: 2,
 * })
 * const [x] = halving.apply(halving.init(keyOf(1)), np.array([[4, 8]]), { training: false })
 * x // [[3, 6]]
 * @see Gregor, LeCun 2010, ICML; Nagahisa, Hayakawa, Iiguni 2025, arXiv 2509.01331
 */
export function unfold<State extends Tree = Tree>(options: UnfoldOptions<State>): Unfolded {
  readOptions("unfold", options as UnfoldOptions, {
    layers: true,
    name: true,
    layer: true,
    parameters: true,
    least: true,
    system: true,
    start: true,
    output: true,
    objective: true,
  });
  const { layers, ...alone } = options as unknown as UnfoldOptions;
  const iteration = wholeIteration("unfold", alone);
  checkNumber("layers", layers, { min: 1, integer: true });

  type Given = { params: { [name: string]: np.Array }; data: IterationData };
  const layerAt = (state: Tree, t: number, { params, data }: Given): Tree => {
    const own = mapTree((all) => all.ref.slice(t), params) as { [name: string]: np.Array };
    return iteration.layer(state, refTree(data), own);
  };
  const given = ({ params, state }: Variables, y: np.Array): Given =>
    ({ params, data: { y, system: state } }) as Given;

  return {
    layers,
    iteration,
    init(key) {
      key.dispose();
      return { params: stackedParameters(iteration, layers), state: systemArrays(iteration) };
    },
    apply({ params, state: system }, y, { depth = layers, key, weights }) {
      disposeTree([key ?? [], weights ?? []]);
      const isTraced = typeof depth === "object";
      if (!isTraced) checkNumber("depth", depth, { min: 0, max: layers, integer: true });
      const own = given({ params, state: refTree(system) }, y);
      let state = iteration.start(refTree(own.data));
      for (let t = 0; t < (isTraced ? layers : depth); t++) {
        if (!isTraced) {
          state = layerAt(state, t, own);
          continue;
        }
        const before = refTree(state);
        // Deeper layers pass on what they were given.
        state = mapTree((n, b) => np.where(depth.ref.greater(t), n, b), layerAt(state, t, own), before);
      }
      disposeTree([own, isTraced ? depth : []]);
      return [iteration.output(state), system];
    },
    trajectory(variables, y) {
      const own = given(variables, y);
      let state = iteration.start(refTree(own.data));
      const outputs = [iteration.output(refTree(state))];
      for (let t = 0; t < layers; t++) {
        state = layerAt(state, t, own);
        outputs.push(iteration.output(refTree(state)));
      }
      disposeTree([own, state]);
      return outputs;
    },
  };
}
