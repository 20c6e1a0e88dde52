import { numpy as np } from "@jax-js/jax";
import { multiplicativeTweedie } from "@minimand/lab/generative";
import { type Compile, compileWithJit, disposeTree, keyOf, refTree } from "minimand/engine";
import { readSafetensors, treeOf } from "minimand/models";
import type { ChosenWidths } from "./filters.ts";
import type { Light } from "./light.ts";
import { offset } from "./speckle.ts";
import { cell, inCells, initSpeckle, levels, motion, reach, speckleScores } from "./speckle-network.ts";

/** Pixels along the side of a tile, and the border beyond them that its output depends on. */
const tile = 128;
const border = reach * cell;
const across = tile + 2 * border;
const cells = across / cell;

/** Files of the paper's folder that {@link loadSpeckleRemover} reads. */
const speckleFiles = {
  network: "checkpoints/speckle.safetensors",
  filters: "checkpoints/filters.safetensors",
};

/** Removes multiplicative noise from pictures, until it is disposed of. */
export interface SpeckleRemover {
  /** Levels of noise that the network was trained on. */
  levels: { least: number; most: number };
  /** Widths of the usual filters, for comparison. */
  widths: ChosenWidths;
  /** Tiles that {@link remove} makes of a picture of this size. */
  tiles(size: Pick<Light, "width" | "height">): number;
  /**
   * Estimates the light before the noise: Tweedie's formula in one step, tile by tile.
   *
   * @param level deviation of the noise's logarithm, cut to `levels`
   * @param onTile called after each tile; a promise is awaited
   */
  remove(light: Light, level: number, onTile?: () => void | Promise<void>): Promise<Light>;
  dispose(): void;
}

/**
 * Loads the network that was trained on photographs to remove multiplicative noise.
 *
 * @param read gives the bytes of a file of the folder `dale-langevin` of this package
 * @param options `compile`, default: the array engine's own
 * @throws what `read` throws; RangeError, TypeError for a file that isn't the network's
 */
export async function loadSpeckleRemover(
  read: (path: string) => Promise<Uint8Array>,
  { compile = compileWithJit }: { compile?: Compile } = {},
): Promise<SpeckleRemover> {
  const [network, filters] = await Promise.all([read(speckleFiles.network), read(speckleFiles.filters)]);
  return speckleRemover(network, filters, compile);
}

/** Makes the remover of {@link loadSpeckleRemover} from the bytes of both files. */
export function speckleRemover(network: Uint8Array, filters: Uint8Array, compile: Compile): SpeckleRemover {
  const like = initSpeckle(keyOf(0));
  const params = treeOf(readSafetensors(network, { finite: true }).tensors, like);
  disposeTree(like);
  const { tensors } = readSafetensors(filters, { finite: true });
  const clean = compile((own: typeof params, xt: np.Array, t: np.Array) => {
    const scores = speckleScores(own, xt.ref, t.ref);
    return multiplicativeTweedie(xt, scores, t, { motion });
  });
  return {
    levels,
    widths: {
      levels: [...tensors.levels.data],
      gaussian: [...tensors.gaussian.data],
      median: [...tensors.median.data],
    },
    tiles: ({ width, height }) => Math.ceil(width / tile) * Math.ceil(height / tile),
    async remove({ width, height, values }, level, onTile) {
      const out = new Float32Array(values.length);
      const time = Math.min(levels.most, Math.max(levels.least, level)) ** 2;
      for (let top = 0; top < height; top += tile)
        for (let left = 0; left < width; left += tile) {
          const input = new Float32Array(across * across);
          for (let y = 0; y < across; y++) {
            const row = mirrored(top + y - border, height) * width;
            for (let x = 0; x < across; x++)
              input[inCells(y, x, cells)] = values[row + mirrored(left + x - border, width)] + offset;
          }
          const x0 = clean(
            refTree(params),
            np.array(input, { shape: [1, cells, cells, cell * cell] }),
            np.array([time], { dtype: np.float32 }),
          );
          const cleaned = await x0.data();
          for (let y = 0; y < Math.min(tile, height - top); y++)
            for (let x = 0; x < Math.min(tile, width - left); x++)
              out[(top + y) * width + left + x] = Math.min(
                1,
                Math.max(0, cleaned[inCells(y + border, x + border, cells)] - offset),
              );
          await onTile?.();
        }
      return { width, height, values: out };
    },
    dispose() {
      clean.dispose();
      disposeTree(params);
    },
  };
}

/** Returns the pixel that replaces one beyond the border, by reflection. */
function mirrored(i: number, length: number): number {
  const k = ((i % (2 * length)) + 2 * length) % (2 * length);
  return k < length ? k : 2 * length - 1 - k;
}
