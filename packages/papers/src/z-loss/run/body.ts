import { numpy as np, random } from "@jax-js/jax";
import { adam, type GradientTransformation } from "minimand";
import {
  type Compile,
  type Compiled,
  compileWithJit,
  differentiate,
  disposeTree,
  keyOf,
  refTree,
  relu,
  type Tree,
} from "minimand/engine";
import { applyUpdates } from "minimand/optimizers";
import { programsOf } from "../../kit/programs.ts";
import { contextWords, model } from "./settings.ts";

/** The layers below the output: embeddings of the context words and one hidden layer. */
export interface Body {
  /** Hidden values and a last column of ones, `[rows, features]`. */
  hidden(contexts: Int32Array): Float64Array;
  /** One step of Adam along the gradient of the hidden values, for the contexts of a batch. */
  update(contexts: Int32Array, gradHidden: Float64Array, rate: number): void;
  dispose(): void;
}

type Params = { embedding: np.Array; weight: np.Array; bias: np.Array };

const { context, embedding: size, features, batch } = model;
const units = features - 1;

/** Hidden values `[rows, features - 1]`. */
function forward({ embedding, weight, bias }: Params, contexts: np.Array): np.Array {
  const rows = contexts.shape[0] / context;
  // The maximum changes nothing; the compiled gradient of a gather needs arithmetic right after it.
  const words = np.maximum(np.take(embedding, contexts, 0), Number.NEGATIVE_INFINITY);
  return relu(np.matmul(words.reshape([rows, context * size]), weight).add(bias));
}

const optimizer = (rate: np.Array): GradientTransformation => adam(rate);

interface Programs {
  hiddenOf: Compiled<[Tree, np.Array], np.Array>;
  step: Compiled<[np.Array, Tree, Tree, np.Array, np.Array, np.Array], Tree[]>;
}

const programs = programsOf<Programs>();

/** One program each for a thread: what differs between trials are inputs. */
function programsFor(compile: Compile = compileWithJit): Programs {
  return programs(compile, "body", () => {
    const gradientOf = differentiate(
      (params: Tree, contexts: np.Array, gradHidden: np.Array): [np.Array, []] => [
        forward(params as Params, contexts)
          .mul(gradHidden)
          .sum(),
        [],
      ],
    );
    return {
      hiddenOf: compile((params: Tree, contexts: np.Array) => forward(params as Params, contexts)),
      step: compile(
        (
          one: np.Array,
          params: Tree,
          state: Tree,
          contexts: np.Array,
          gradHidden: np.Array,
          rate: np.Array,
        ) => {
          const [[value], gradient] = gradientOf(one, refTree(params), contexts, gradHidden);
          value.dispose();
          const [updates, next] = optimizer(rate).update(gradient, state, refTree(params));
          return [applyUpdates(params, updates), next] as Tree[];
        },
      ),
    };
  });
}

/** A new body. Its programs are compiled for `model.batch` rows at a time; the same seed gives the same start. */
export function bodyOf(seed: number, compile?: Compile): Body {
  const { hiddenOf, step } = programsFor(compile);
  const [embeddingKey, weightKey] = [...random.split(keyOf(seed, 1), 2)];
  const inputs = context * size;
  let params: Tree = {
    embedding: random.normal(embeddingKey, [contextWords + 2, size]),
    weight: random.normal(weightKey, [inputs, units]).mul(Math.sqrt(2 / inputs)),
    bias: np.zeros([units]),
  };
  let state = optimizer(np.array(0)).init(params);
  return {
    hidden(contexts) {
      const rows = contexts.length / context;
      const out = new Float64Array(rows * features).fill(1);
      for (let first = 0; first < rows; first += batch) {
        const part = new Int32Array(batch * context);
        part.set(contexts.subarray(first * context, (first + batch) * context));
        const values = hiddenOf(refTree(params), np.array(part)).dataSync();
        for (let i = 0; i < Math.min(batch, rows - first); i++)
          for (let j = 0; j < units; j++) out[(first + i) * features + j] = values[i * units + j];
      }
      return out;
    },
    update(contexts, gradHidden, rate) {
      const gradient = new Float32Array(batch * units);
      for (let i = 0; i < batch; i++)
        for (let j = 0; j < units; j++) gradient[i * units + j] = gradHidden[i * features + j];
      const shaped = np.array(gradient, { shape: [batch, units] });
      [params, state] = step(
        1 as never,
        params,
        state,
        np.array(contexts as Int32Array<ArrayBuffer>),
        shaped,
        rate as never,
      );
    },
    dispose() {
      disposeTree([params, state]);
    },
  };
}
