import { type numpy as np, random } from "@jax-js/jax";
import { isArrayLike, typeError } from "../../engine/checks.ts";
import type { Tree } from "../../engine/tree.ts";
import type { ApplyOptions, FeatureModel, FeatureOptions, Model, Variables } from "../model.ts";
import { type Layer, plainLayer, withoutParams } from "./layer.ts";

/** What a {@link sequential} is made of: layers and other models, and functions of one array, which consume it. */
export type LayerLike = Model | ((x: np.Array) => np.Array);

/**
 * Layers one after the other: `x -> f_n(... f_2(f_1(x)))`.
 *
 * Parameters and state are lists with an entry for each piece, an empty one for functions (`relu`, `np.tanh`, `gelu`). Each
 * piece gets a key of its own, and the example weights. Where the last one gives its features beside its output, as
 * {@link dense} does, the whole does, too, and goes wherever a {@link FeatureModel} is asked for.
 *
 * @returns a layer from the input of the first to the output of the last
 * @throws TypeError for a piece that is neither a model nor a function
 * @example
 * const model = sequential([dense({ inputs: 8, outputs: 64, initial: "he" }), relu, dropout(0.1), dense({ inputs: 64, outputs: 2 })])
 * model.name // "sequential(dense(8, 64), relu, dropout(0.1), dense(64, 2))"
 * model.featureSize // 64
 */
export function sequential(pieces: readonly [...LayerLike[], FeatureModel]): Layer & FeatureModel;
export function sequential(pieces: readonly LayerLike[]): Layer;
export function sequential(pieces: readonly LayerLike[]): Layer | (Layer & FeatureModel) {
  if (!Array.isArray(pieces)) throw typeError("sequential", "a list of layers", pieces);
  const models = (pieces as readonly LayerLike[]).map(asModel);
  const end = models.at(-1);

  /** What a piece is given, of what the whole is. */
  const partsOf = ({ params, state }: Variables, { training, key, weights }: ApplyOptions): Part[] => {
    const keys = keysOf(key, models.length);
    const parts = models.map((_, i) => ({
      variables: { params: (params as Tree[])[i], state: (state as Tree[])[i] },
      options: { training, key: keys[i], weights: weights?.ref },
    }));
    weights?.dispose();
    return parts;
  };
  const through = (parts: readonly Part[], x: np.Array): [np.Array, Tree[]] => {
    let h = x;
    const states = parts.map(({ variables, options }, i) => {
      const [output, state] = models[i].apply(variables, h, options);
      h = output;
      return state;
    });
    return [h, states];
  };

  return {
    name: `sequential(${models.map(nameOf).join(", ")})`,
    ...(models[0]?.vocabulary !== undefined && { vocabulary: models[0].vocabulary }),
    init(key) {
      const keys = keysOf(key, models.length);
      const started = models.map((model, i) => model.init(keys[i] as np.Array));
      return { params: started.map(({ params }) => params), state: started.map(({ state }) => state) };
    },
    apply: (variables, x, options) => through(partsOf(variables, options), x),
    asLayers: (variables) => ({ pieces, variables }),
    ...(end !== undefined &&
      isFeatureModel(end) && {
        featureSize: end.featureSize,
        outputSize: end.outputSize,
        applyWithFeatures(
          variables: Variables,
          x: np.Array,
          { replaceFeatures, ...options }: ApplyOptions & FeatureOptions,
        ) {
          const parts = partsOf(variables, options);
          const [h, states] = through(parts.slice(0, -1), x);
          const last = parts[parts.length - 1];
          const [both, state] = end.applyWithFeatures(last.variables, h, {
            ...last.options,
            replaceFeatures,
          });
          return [both, [...states, state]] satisfies [unknown, Tree];
        },
      }),
  };
}

interface Part {
  variables: Variables;
  options: ApplyOptions;
}

function asModel(piece: LayerLike, i: number): Model {
  if (typeof piece === "function")
    return plainLayer(functionName(piece), {
      init: withoutParams,
      apply(_, x) {
        const y: unknown = piece(x);
        if (isArrayLike(y)) return y as np.Array;
        const name = functionName(piece);
        const { message } = typeError(
          `sequential, piece ${i} (${name})`,
          "a function that returns an array",
          y,
        );
        const isLayer = typeof (y as Partial<Model> | null)?.init === "function";
        throw new TypeError(isLayer ? `${message}: did you mean '${name}()'?` : message);
      },
    });
  if (typeof piece?.apply !== "function")
    throw typeError(`sequential, piece ${i}`, "a model or a function", piece);
  return piece;
}

function functionName({ name }: { name: string }): string {
  // The engine's own functions all have this one.
  return name === "" || name === "result" ? "function" : name;
}

function isFeatureModel(model: Model): model is FeatureModel {
  return "applyWithFeatures" in model;
}

function nameOf(model: Model): string {
  return "name" in model && typeof model.name === "string" ? model.name : "model";
}

/** A key for each of `count` pieces. Consumes the key. */
function keysOf(key: np.Array | undefined, count: number): (np.Array | undefined)[] {
  if (key !== undefined && count > 1) return [...random.split(key, count)];
  if (count === 0) key?.dispose();
  return [key];
}
