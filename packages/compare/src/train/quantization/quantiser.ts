import { numpy as np } from "@jax-js/jax";
import {
  calibrateElastic,
  type ElasticNetwork,
  type ElasticVariables,
  elasticNetwork,
  exportQuantized,
  type LayerLike,
  predictor,
  type QuantConfig,
  sequential,
  type Variables,
  withIntegerBiases,
} from "minimand";
import {
  type Compile,
  derive,
  disposeTree,
  randomSource,
  refTree,
  shuffle,
  type Tree,
} from "minimand/engine";
import { quantizedModel, refElastic } from "minimand/quantization";
import type { Task } from "../../results.ts";
import { givesNumbers } from "../../task.ts";
import { type Rows, takenRows } from "../fold.ts";
import { inChunks } from "../in-chunks.ts";
import { softmaxRows } from "../outcome.ts";
import { type BitSettings, checkBitSettings, configsOf } from "./bit-settings.ts";
import { makeFineTuner, type TuningOptions } from "./fine-tuner.ts";

/** A network in one configuration, rounded, and fine-tuned where that was asked for and brought it nearer to the float network. */
export interface Quantised {
  network: ElasticNetwork;
  configs: QuantConfig[];
  /** Owned by whoever holds this. */
  variables: ElasticVariables;
  /** Codes in as few bytes as they need, with step sizes, biases and all that stays in float32; and the same network in float32. */
  bytes: { packed: number; float: number };
  /** Outputs `[rows, outputs]` of the network as it is written. */
  outputs(part: Rows): Promise<Float32Array>;
  /** Those before it was fine-tuned. */
  roundedOutputs(part: Rows): Promise<Float32Array>;
  /** Those of the network in float32. */
  floatOutputs(part: Rows): Promise<Float32Array>;
  /** Gives up the variables. */
  dispose(): void;
}

/** Quantises trained networks of one shape, with programs that are compiled once. */
export interface Quantiser {
  /**
   * Quantises a network on some rows, of which no label is looked at: step sizes by calibration on at most 256 of them,
   * drawn by the seed; then, with `qat`, weights and step sizes are fine-tuned on all of them. What comes no nearer to the outputs of the
   * float network on these rows stays rounded.
   *
   * @param variables of the layers; looked at
   * @param rows at least one
   */
  quantise(variables: Variables, rows: Rows, options: TuningOptions): Promise<Quantised>;
  dispose(): void;
}

/** Rows that step sizes are looked for on, at most. */
const calibrationRows = 256;

/**
 * Makes one for layers, e.g. those of `layersOfModel`.
 *
 * @throws RangeError for settings out of range, and layers of which none can be quantised
 */
export function makeQuantiser(
  pieces: readonly LayerLike[],
  settings: BitSettings,
  { task, compile }: { task: Task; compile?: Compile | undefined },
): Quantiser {
  checkBitSettings(settings);
  const { method = "qat" } = settings;
  const configs = configsOf(elasticNetwork(pieces).layers, settings);
  const widths = configs.flatMap(({ weightBits, actBits }) => [weightBits, actBits]);
  const bits = [...new Set(widths)].sort((a, b) => a - b);
  const network = elasticNetwork(pieces, { bits });
  const numbers = givesNumbers(task);
  let start: ElasticVariables | null = null;
  /** Training asks for the variables that it starts with, once it is given them. */
  const startOf = (key: np.Array): ElasticVariables => {
    key.dispose();
    return refElastic(start!);
  };
  const model = quantizedModel(network, configs, startOf, { snapZeroPoint: true });
  const quantised = predictor(model, compile);
  const float = predictor(sequential(pieces), compile);
  let tuner: ReturnType<typeof makeFineTuner> | null = null;

  const outputsOf = ({ params, state }: ElasticVariables, part: Rows): Promise<Float32Array> =>
    inChunks(part, (x) => quantised(params as unknown as Tree, state as unknown as Tree, x));

  const inFloat = ({ params, state }: Variables, part: Rows): Promise<Float32Array> =>
    inChunks(part, (x) => float(params, state, x));

  const tuned = async (
    rounded: ElasticVariables,
    variables: Variables,
    rows: Rows,
    options: TuningOptions,
  ): Promise<ElasticVariables | null> => {
    const teacher = await inFloat(variables, rows);
    tuner ??= makeFineTuner(model, numbers, compile);
    const found = await tuner.tune(rows, teacher, options);
    if (found === null) return null;
    const written = withIntegerBiases(network, found, configs);
    let nearer = false;
    try {
      const classes = numbers ? 0 : teacher.length / rows.rows;
      const before = distance(await outputsOf(rounded, rows), teacher, classes);
      nearer = distance(await outputsOf(written, rows), teacher, classes) < before;
      return nearer ? written : null;
    } finally {
      if (!nearer) disposeTree(written as unknown as Tree);
    }
  };

  return {
    async quantise(variables, rows, options) {
      options.signal?.throwIfAborted();
      const width = rows.x.length / rows.rows;
      const drawn = drawnRows(rows.rows, options.seed);
      const x = np.array(takenRows(rows.x, width, drawn) as Float32Array<ArrayBuffer>, {
        shape: [drawn.length, width],
      });
      const given = { params: refTree(variables.params), state: refTree(variables.state) };
      const owned = [calibrateElastic(network, given, x)];
      try {
        start = owned[0];
        const rounded = withIntegerBiases(network, refElastic(start), configs);
        owned.push(rounded);
        if (method === "ptq") options.onEpoch?.(1, 1);
        // Where it comes no nearer to the float network, what was rounded stays.
        const learned = method === "ptq" ? null : await tuned(rounded, variables, rows, options);
        const final = learned ?? refElastic(rounded);
        const { sizeBytes, floatBytes } = exportQuantized(network, final, configs);
        owned.pop();
        return {
          network,
          configs,
          variables: final,
          bytes: { packed: sizeBytes, float: floatBytes },
          outputs: (part) => outputsOf(final, part),
          roundedOutputs: (part) => outputsOf(rounded, part),
          floatOutputs: (part) => inFloat(variables, part),
          dispose: () => disposeTree([rounded, final] as unknown as Tree),
        };
      } finally {
        disposeTree(owned as unknown as Tree);
        start = null;
      }
    },
    dispose() {
      quantised.dispose();
      float.dispose();
      tuner?.dispose();
    },
  };
}

function drawnRows(count: number, seed: number): Int32Array {
  const all = Int32Array.from({ length: count }, (_, row) => row);
  return shuffle(all, randomSource(derive(seed, 1)))
    .slice(0, calibrationRows)
    .sort();
}

/** Mean squared difference of outputs, of classes that of their probabilities. */
function distance(values: Float32Array, teacher: Float32Array, classes: number): number {
  const [a, b] = [values, teacher].map((own) =>
    classes === 0 ? Float64Array.from(own) : softmaxRows(own, classes),
  );
  return a.reduce((sum, value, i) => sum + (value - b[i]) ** 2, 0) / a.length;
}
