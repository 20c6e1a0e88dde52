import type { numpy as np } from "@jax-js/jax";
import { numpy } from "@jax-js/jax";
import { multiplicativeScoreMatching } from "@minimand/lab/generative";
import { tensorsOf, writeSafetensors } from "minimand";
import { compileWithJit, derive, disposeTree, keyOf, randomSource, refTree } from "minimand/engine";
import { readSafetensors, treeOf } from "minimand/models";
import { mean } from "../../../kit/statistics.ts";
import { type Task, trainTask } from "../../../kit/train-task.ts";
import type { Pretrained, Pretraining, PretrainingHost } from "../../../pretraining.ts";
import type { Row } from "../../../reproduction.ts";
import { psnr } from "./fidelity.ts";
import { type FilterName, filters, filterWidths } from "./filters.ts";
import { type Light, lightOf, photographOf } from "./light.ts";
import { drawPatches, halved, heldOut, learnedFrom, patch } from "./patches.ts";
import { addSpeckle } from "./speckle.ts";
import { cell, initSpeckle, motion, speckleScores } from "./speckle-network.ts";

const parts = ["speckle", "filters"] as const;

const settings = {
  quick: { steps: 10, rows: 4, levels: [0.3], crop: 48 },
  default: { steps: 6000, rows: 16, levels: [0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.7, 1], crop: 256 },
};

/** Trains the network that removes multiplicative noise from photographs, and chooses the widths of the filters it is compared with. */
export const pretraining: Pretraining = {
  slug: "dale-langevin",
  parts,
  async train(part, host) {
    const name = parts.find((one) => one === part);
    if (name === undefined) throw new RangeError(`part: expected one of ${parts.join(", ")}, got '${part}'`);
    return name === "speckle" ? trainNetwork(host) : chooseWidths(host);
  },
  measure,
};

async function photographs({ photograph }: PretrainingHost, names: readonly string[]): Promise<Light[][]> {
  if (photograph === undefined)
    throw new RangeError("photograph: expected a host with photographs, got none");
  return Promise.all(names.map(async (name) => lightOf(await photograph(name))));
}

/** Returns the mean squared error of the predicted noise, per pixel: 1 if no noise is predicted. Consumes all. */
function lossOf(
  params: Parameters<typeof speckleScores>[0],
  noisy: np.Array,
  clean: np.Array,
  t: np.Array,
): np.Array {
  const scores = speckleScores(params, noisy.ref, t.ref);
  return multiplicativeScoreMatching(scores, noisy, clean, t, { sigma: motion.sigma })
    .mean()
    .div(patch * patch);
}

async function trainNetwork(host: PretrainingHost): Promise<Pretrained> {
  const { scale, seed, compile, signal, onProgress } = host;
  const { steps, rows } = settings[scale];
  const whole = await photographs(host, learnedFrom);
  const pictures = [...whole, ...whole.map((channels) => channels.map(halved))];
  const side = patch / cell;
  const size = patch * patch;
  const task: Task = {
    rows,
    learningRate: 2e-3,
    init: initSpeckle,
    loss(params, x, y) {
      const t = x.ref.slice([], size);
      const noisy = x.slice([], [0, size]).reshape([rows, side, side, cell * cell]);
      return lossOf(params, noisy, y, t);
    },
    batch(step) {
      const { noisy, clean, times } = drawPatches(pictures, { rows, seed: derive(seed, 1, step) });
      const x = new Float32Array(rows * (size + 1));
      for (let row = 0; row < rows; row++) {
        x.set(noisy.subarray(row * size, (row + 1) * size), row * (size + 1));
        x[row * (size + 1) + size] = times[row];
      }
      return { x: { data: x, shape: [size + 1] }, y: { data: clean, shape: [side, side, cell * cell] } };
    },
  };
  const { params, losses } = await trainTask(task, {
    seed: derive(seed, 0),
    steps,
    compile,
    signal,
    onLoss: (loss, step) => onProgress?.(step, steps, `steps of the network, loss ${loss.toFixed(3)}`),
  });
  const bytes = writeSafetensors(await tensorsOf(params), {}, { half: true });
  disposeTree(params);
  const last = losses.slice(-Math.ceil(losses.length / 20));
  const record = { part: "speckle", seed, steps, rows, "first loss": losses[0], "last loss": mean(last) };
  return { bytes, record: { ...record, photographs: learnedFrom.join(", ") } };
}

/** Chooses, for each level of noise, the width of each filter that restores speckled photographs best. */
async function chooseWidths(host: PretrainingHost): Promise<Pretrained> {
  const { scale, seed, signal, onProgress } = host;
  const { levels, crop } = settings[scale];
  const pictures = (await photographs(host, learnedFrom)).map((channels) => middleOf(channels[0], crop));
  const chosen: Record<FilterName, number[]> = { gaussian: [], median: [] };
  for (const [i, level] of levels.entries()) {
    const noisy = pictures.map((light, k) => addSpeckle(light, level, randomSource(derive(seed, 2, i, k))));
    for (const filter of ["gaussian", "median"] as const) {
      signal?.throwIfAborted();
      const ratios = filterWidths[filter].map((width) =>
        mean(noisy.map((light, k) => ratio(filters[filter](light, width), pictures[k]))),
      );
      chosen[filter].push(filterWidths[filter][ratios.indexOf(Math.max(...ratios))]);
    }
    onProgress?.(i + 1, levels.length, "levels of noise, widths of filters");
    // Yields to the event loop, so that Ctrl-C works.
    await new Promise((resolve) => setTimeout(resolve));
  }
  const tensor = (data: readonly number[]) => ({ shape: [data.length], data: Float32Array.from(data) });
  const bytes = writeSafetensors(
    { levels: tensor(levels), gaussian: tensor(chosen.gaussian), median: tensor(chosen.median) },
    {},
  );
  const text = {
    levels: levels.join(", "),
    gaussian: chosen.gaussian.join(", "),
    median: chosen.median.join(", "),
  };
  return { bytes, record: { part: "filters", seed, ...text } };
}

const ratio = (estimate: Light, clean: Light): number =>
  psnr(photographOf([estimate]), photographOf([clean]));

/** Returns the middle of a picture, at most so many pixels high and wide. */
function middleOf({ width, height, values }: Light, most: number): Light {
  const [w, h] = [Math.min(width, most), Math.min(height, most)];
  const [left, top] = [(width - w) >> 1, (height - h) >> 1];
  return {
    width: w,
    height: h,
    values: Float32Array.from(
      { length: w * h },
      (_, i) => values[(top + Math.floor(i / w)) * width + left + (i % w)],
    ),
  };
}

/** Returns the loss on held-out photographs, by level. */
async function measure(host: PretrainingHost): Promise<Row[]> {
  const { before, scale, seed, compile = compileWithJit, signal } = host;
  const like = initSpeckle(keyOf(0));
  const params = treeOf(readSafetensors(before.get("speckle")!, { finite: true }).tensors, like);
  disposeTree(like);
  const loss = compile(lossOf);
  const rows: Row[] = [];
  const count = settings[scale].rows;
  try {
    for (const [i, level] of [0.05, 0.1, 0.2, 0.4, 0.8].entries()) {
      const losses: Record<string, number> = {};
      for (const [k, channels] of (await photographs(host, heldOut)).entries()) {
        const values: number[] = [];
        for (let n = 0; n < 8; n++) {
          signal?.throwIfAborted();
          const patches = drawPatches([channels], { rows: count, seed: derive(seed, 3, i, k, n), level });
          const array = (data: Float32Array): np.Array =>
            numpy.array(data as Float32Array<ArrayBuffer>, {
              shape: [count, patch / cell, patch / cell, cell * cell],
            });
          const times = numpy.array(patches.times as Float32Array<ArrayBuffer>, { shape: [count] });
          const value = loss(refTree(params), array(patches.noisy), array(patches.clean), times);
          values.push((await value.data())[0]);
        }
        losses[heldOut[k]] = mean(values);
      }
      rows.push({ "level of the noise": level, ...losses });
    }
  } finally {
    loss.dispose();
    disposeTree(params);
  }
  return rows;
}
