import { numpy as np } from "@jax-js/jax";
import { checkNumber, rangeError, typeError } from "../../engine/checks.ts";
import type { Compile } from "../../engine/compile.ts";
import { checkOptions } from "../../engine/options.ts";
import type { Tree } from "../../engine/tree.ts";
import type { Model } from "../../models/model.ts";
import { predictor } from "../../training/predict.ts";
import type { AsyncDirection, Direction } from "./dcdm.ts";

/** Of {@link networkDirection}. */
export interface NetworkDirectionOptions {
  /** From `[1, rows, columns, 1]` to the same, e.g. {@link dcdmNet2d}. */
  model: Model;
  /** Kept; the caller's. */
  params: Tree;
  /** Of a model that has one; kept. Default `{}`. */
  state?: Tree;
  /** Of the grid. */
  shape: readonly [rows: number, columns: number];
  /** Of what the model takes heights and widths: grids get rows and columns of zeros behind the last ones, which are cut off again. Default 1. */
  multiple?: number;
  /** Default: the engine's `jit`. */
  compile?: Compile;
}

/**
 * A trained network as the direction of {@link dcdm}, on devices that answer at once (wasm, cpu, the native compiler): the residual as an
 * image of float32, through the network, and back to float64.
 *
 * @param options model, parameters, shape of the grid
 * @returns `r -> q`, with `dispose()`; one compiled program
 * @throws TypeError, RangeError for what is no model or no shape
 * @example
 * const direction = networkDirection({ model: dcdmNet2d(), params, shape: [64, 64] })
 * const { x } = dcdm(poisson2d({ shape: [64, 64] }), b, direction)
 * direction.dispose()
 */
export function networkDirection(options: NetworkDirectionOptions): Direction & { dispose(): void } {
  checkOptions("networkDirection", options, optionNames);
  const { toImage, fromImage, run, dispose } = network(options);
  return Object.assign((r: Float64Array) => fromImage(run(toImage(r)).dataSync() as Float32Array), {
    dispose,
  });
}

/**
 * {@link networkDirection} for {@link dcdmAsync}, on every device: waits for the numbers.
 *
 * @param options as networkDirection
 * @returns `r -> promise of q`, with `dispose()`
 * @throws as networkDirection
 * @example
 * const direction = networkDirectionAsync({ model: dcdmNet2d(), params, shape: [64, 64] })
 * const { x } = await dcdmAsync(poisson2d({ shape: [64, 64] }), b, direction)
 */
export function networkDirectionAsync(
  options: NetworkDirectionOptions,
): AsyncDirection & { dispose(): void } {
  checkOptions("networkDirectionAsync", options, optionNames);
  const { toImage, fromImage, run, dispose } = network(options);
  return Object.assign(async (r: Float64Array) => fromImage((await run(toImage(r)).data()) as Float32Array), {
    dispose,
  });
}

const optionNames = {
  model: true,
  params: true,
  state: true,
  shape: true,
  multiple: true,
  compile: true,
} as const;

function network({ model, params, state = {}, shape, multiple = 1, compile }: NetworkDirectionOptions) {
  if (!Array.isArray(shape) || shape.length !== 2) throw typeError("shape", "[rows, columns]", shape);
  shape.forEach((size, axis) => {
    checkNumber(`shape[${axis}]`, size, { min: 1, integer: true });
  });
  checkNumber("multiple", multiple, { min: 1, integer: true });
  const [rows, columns] = shape;
  const [high, wide] = shape.map((size) => Math.ceil(size / multiple) * multiple);
  const program = predictor(model, compile);
  const image = new Float32Array(high * wide);
  return {
    toImage(r: Float64Array): np.Array {
      if (r.length !== rows * columns) throw rangeError("r", `${rows * columns} numbers`, r.length);
      for (let i = 0; i < rows; i++)
        for (let j = 0; j < columns; j++) image[i * wide + j] = r[i * columns + j];
      return np.array(image, { shape: [1, high, wide, 1] });
    },
    fromImage(q: Float32Array): Float64Array {
      const cells = new Float64Array(rows * columns);
      for (let i = 0; i < rows; i++)
        for (let j = 0; j < columns; j++) cells[i * columns + j] = q[i * wide + j];
      return cells;
    },
    run: (x: np.Array): np.Array => program(params, state, x),
    dispose: () => program.dispose(),
  };
}
