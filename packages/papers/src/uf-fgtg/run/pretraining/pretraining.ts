import { tensorsOf, writeSafetensors } from "minimand";
import { derive, disposeTree } from "minimand/engine";
import { readSafetensors } from "minimand/models";
import { type Task, trainTask } from "../../../kit/train-task.ts";
import type { Pretrained, Pretraining, PretrainingHost } from "../../../pretraining.ts";
import type { Latents } from "../interfaces.ts";
import {
  type CheckpointName,
  checkpointFiles,
  disposeFrozen,
  loadFrozen,
  worldModels,
} from "../models/frozen.ts";
import { latentSize, latentsOf } from "../models/latents.ts";
import { cfpMini } from "../world/index.ts";
import { decoderTask } from "./decoder-task.ts";
import { denoiserTask } from "./denoiser-task.ts";
import { classifierTask, contrastiveTask } from "./judge-tasks.ts";
import { measureFrozen } from "./measure-frozen.ts";
import { pretrainingPairs } from "./pairs.ts";
import { principalComponents } from "./principal-components.ts";

/** Pictures whose principal components the latents are. */
const fitted = { quick: 300, default: 2000 };
/** Fine prompts that everything is learned from; half as many coarse ones beside them. */
const finePrompts = { quick: 400, default: 8000 };
/** Explained variance below which pictures are unrecognisable. */
const leastExplained = 0.9;

type TrainedPart = Exclude<CheckpointName, "latents">;

const steps: Record<TrainedPart, number> = {
  denoiser: 5000,
  decoder: 2000,
  classifier: 5000,
  contrastive: 1200,
};
const quickSteps = 50;

/** The frozen models of the toy world. */
export const pretraining: Pretraining = {
  slug: "uf-fgtg",
  parts: checkpointFiles,
  async train(part, host) {
    const name = checkpointFiles.find((one) => one === part);
    if (name === undefined)
      throw new RangeError(`part: expected one of ${checkpointFiles.join(", ")}, got '${part}'`);
    return name === "latents" ? fitLatents(host) : trainPart(name, host);
  },
  async measure({ before, scale, seed, compile }) {
    const frozen = await loadFrozen(async (path) => before.get(basename(path))!);
    try {
      return await measureFrozen(frozen, { compile, seed, prompts: scale === "quick" ? 50 : 400 });
    } finally {
      disposeFrozen(frozen);
    }
  },
};

/** `checkpoints/latents.safetensors` is the file of `latents`. */
const basename = (path: string): string => path.replace(/^.*\/|\.\w+$/g, "");

const dataSeed = ({ seed }: PretrainingHost): number => derive(seed, 0);

function fitLatents(host: PretrainingHost): Pretrained {
  const pictures = pretrainingPairs({ seed: dataSeed(host), fine: fitted[host.scale] })
    .slice(0, fitted[host.scale])
    .map(({ picture }) => picture);
  const { mean, directions, variances, explained } = principalComponents(pictures, latentSize);
  if (explained < leastExplained)
    throw new RangeError(`latents: expected more than ${leastExplained} of the variance, got ${explained}`);
  const flat = directions.flatMap((direction) => [...direction]);
  const tensors = {
    mean: { shape: [mean.length], data: Float32Array.from(mean) },
    directions: { shape: [latentSize, mean.length], data: Float32Array.from(flat) },
    deviations: { shape: [latentSize], data: Float32Array.from(variances, Math.sqrt) },
    explained: { shape: [], data: Float32Array.of(explained) },
  };
  const record = {
    part: "latents",
    seed: host.seed,
    pictures: pictures.length,
    latents: latentSize,
    explained,
  };
  return { bytes: writeSafetensors(tensors, {}, { half: true }), record };
}

async function trainPart(part: TrainedPart, host: PretrainingHost): Promise<Pretrained> {
  const { scale, seed, before, compile, signal, onProgress } = host;
  const own = derive(seed, 1 + checkpointFiles.indexOf(part));
  const task = taskOf(part, host, own);
  const total = scale === "quick" ? quickSteps : steps[part];
  const { params, losses } = await trainTask(task, {
    seed: own,
    steps: total,
    compile,
    signal,
    onLoss: (loss, step) => onProgress?.(step, total, `steps of the ${part}, loss ${loss.toFixed(3)}`),
  });
  const bytes = writeSafetensors(await tensorsOf(params), {}, { half: true });
  disposeTree(params);
  // Means of some steps each: the first tells where it began, the last where it came to.
  const record = {
    part,
    seed,
    steps: total,
    "first loss": losses[0],
    "last loss": losses[losses.length - 1],
  };
  return { bytes, record: { ...record, after: [...before.keys()].join(", ") } };
}

function taskOf(part: TrainedPart, host: PretrainingHost, seed: number): Task {
  const models = worldModels();
  const { tokenizer } = models;
  const sizes = { seed: dataSeed(host), fine: finePrompts[host.scale] };
  if (part === "decoder") {
    const prompts = cfpMini({ seed: sizes.seed, triplets: sizes.fine }).map(({ fine }) => fine);
    return decoderTask(models.decoder, { prompts, tokenizer, seed });
  }
  const material = { pairs: pretrainingPairs(sizes), latents: latentsBefore(host), tokenizer, seed };
  if (part === "denoiser") return denoiserTask(models, material);
  return part === "classifier" ? classifierTask(material) : contrastiveTask(material);
}

function latentsBefore({ before }: PretrainingHost): Latents {
  const bytes = before.get("latents");
  if (bytes === undefined) throw new RangeError("before: expected the file of the latents, got none");
  return latentsOf(readSafetensors(bytes, { finite: true }).tensors);
}
