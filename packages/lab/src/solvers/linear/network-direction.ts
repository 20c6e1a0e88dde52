import { numpy as np } from "@jax-js/jax";
import type { Tree } from "minimand/engine";
import { checkNumber, rangeError, readOptions, typeError } from "minimand/engine";
import type { predictor } from "minimand/training";
import type { AsyncDirection, Direction } from "./dcdm.ts";

/** Options of {@link networkDirection}. */
export interface NetworkDirectionOptions {
  /** A {@link predictor} of a model from `[1, rows, columns, 1]` to the same, e.g. {@link dcdmNet2d}; one serves all grids and parameters. */
  predict: ReturnType<typeof predictor>;
  /** Kept; the caller's. */
  params: Tree;
  /** Of a model that has one; kept. Default `{}`. */
  state?: Tree;
  /** Of the grid. */
  shape: readonly [rows: number, columns: number];
  /** Of what the model takes heights and widths: grids get rows and columns of zeros behind the last ones, which are cut off again. Default 1. */
  multiple?: number;
}

const optionNames = { predict: true, params: true, state: true, shape: true, multiple: true } as const;

/**
 * Returns a trained network as the direction of {@link dcdm}, on devices that answer at once (wasm, cpu, the native compiler): the residual
 * as an image of float32, through the network, and back to float64.
 *
 * @param options predictor, parameters, shape of the grid
 * @returns `r -> q`
 * @throws TypeError, RangeError for what is no predictor or no shape
 * @example
 * const predict = predictor(dcdmNet2d())
 * const direction = networkDirection({ predict, params, shape: [64, 64] })
 * const { x } = dcdm(poisson2d({ shape: [64, 64] }), b, direction)
 */
export function networkDirection(options: NetworkDirectionOptions): Direction {
  readOptions("networkDirection", options, optionNames);
  const { toImage, fromImage } = imagesOf(options);
  const { predict, params, state = {} } = options;
  return (r) => fromImage(predict(params, state, toImage(r)).dataSync() as Float32Array);
}

/**
 * {@link networkDirection} for {@link dcdmAsync}, on every device: waits for the numbers.
 *
 * @param options as networkDirection
 * @returns `r -> promise of q`
 * @throws as networkDirection
 * @example
 * const direction = networkDirectionAsync({ predict: predictor(dcdmNet2d()), params, shape: [64, 64] })
 * const { x } = await dcdmAsync(poisson2d({ shape: [64, 64] }), b, direction)
 */
export function networkDirectionAsync(options: NetworkDirectionOptions): AsyncDirection {
  readOptions("networkDirectionAsync", options, optionNames);
  const { toImage, fromImage } = imagesOf(options);
  const { predict, params, state = {} } = options;
  return async (r) => fromImage((await predict(params, state, toImage(r)).data()) as Float32Array);
}

function imagesOf({ predict, shape, multiple = 1 }: NetworkDirectionOptions) {
  if (typeof predict !== "function") throw typeError("predict", "a predictor of a model", predict);
  if (!Array.isArray(shape) || shape.length !== 2) throw typeError("shape", "[rows, columns]", shape);
  shape.forEach((size, axis) => {
    checkNumber(`shape[${axis}]`, size, { min: 1, integer: true });
  });
  checkNumber("multiple", multiple, { min: 1, integer: true });
  const [rows, columns] = shape;
  const [high, wide] = shape.map((size) => Math.ceil(size / multiple) * multiple);
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
  };
}
