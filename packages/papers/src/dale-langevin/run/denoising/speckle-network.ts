import { numpy as np } from "@jax-js/jax";
import { geometricBrownianMotion, hyvarinenScore } from "@minimand/lab/generative";
import { type Model, sequential } from "minimand";
import { type keyOf, relu, type Tree } from "minimand/engine";
import { conv2d } from "minimand/models";

/** Noise whose time is the square of its level: the deviation of its logarithm. */
export const motion = geometricBrownianMotion({ sigma: 1 });

/** Levels that the network was trained on. */
export const levels = { least: 0.02, most: 1 } as const;

/** Pixels along the side of a cell, whose numbers are the channels of the network. */
export const cell = 2;
const channels = cell * cell;
const width = 48;
const hidden = 4;

/** Cells that a number of the output depends on, to each side. */
export const reach = hidden + 2;

const convolution = (inputs: number, outputs: number) =>
  conv2d({ inputs, outputs, kernel: 3, padding: "same" });

/**
 * Six convolutions of 3 x 3 cells of 2 x 2 pixels: a quarter of the work of single pixels, with twice the receptive field. In addition to the pixels
 * each cell has the level of the noise, so that one network serves all levels.
 *
 * @see Zhang, Zuo, Zhang 2018, FFDNet, arXiv 1710.04026
 */
const layers: Model = sequential([
  convolution(channels + 2, width),
  relu,
  ...Array.from({ length: hidden }, () => [convolution(width, width), relu]).flat(),
  convolution(width, channels),
]);

export const initSpeckle = (key: ReturnType<typeof keyOf>): Tree => layers.init(key).params;

/** Approximate mean and deviation of logarithms of light with the offset. */
const [middle, spread] = [-2, 1.5];

/** Hyvarinen scores of cells `[batch, height, width, 4]` of light with the offset, at times `[batch]`. Traced; consumes all. */
export function speckleScores(params: Tree, xt: np.Array, t: np.Array): np.Array {
  const score = hyvarinenScore(
    (logs, times) => {
      const [batch, high, wide] = logs.shape;
      const level = np.sqrt(times).reshape([batch, 1, 1, 1]);
      const plane = np.concatenate([level.ref, np.log(level).mul(0.5).add(0.5)], 3);
      const input = np.concatenate(
        [logs.sub(middle).div(spread), np.broadcastTo(plane, [batch, high, wide, 2])],
        3,
      );
      const [noise] = layers.apply({ params, state: {} }, input, { training: false });
      return noise;
    },
    { motion },
  );
  return score(xt, t);
}

/** Returns the index of pixel `(y, x)` in a field of cells. */
export const inCells = (y: number, x: number, cellsAcross: number): number =>
  (Math.floor(y / cell) * cellsAcross + Math.floor(x / cell)) * channels + (y % cell) * cell + (x % cell);
