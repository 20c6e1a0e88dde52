import { promptDecoder, promptEncoder } from "@minimand/lab/prompts";
import type { Tensor } from "minimand";
import { disposeTree, keyOf, type Tree } from "minimand/engine";
import { readSafetensors, treeOf } from "minimand/models";
import { type Frozen, featureSize, promptLength } from "../interfaces.ts";
import { latentDenoiser } from "./denoiser.ts";
import { latentSize, latentsOf } from "./latents.ts";
import { classifier, contrastiveModel } from "./picture-judge.ts";
import { promptTokenizer } from "./tokenizer.ts";

/** Files of the frozen models, in the order in which they are trained. */
export const checkpointFiles = ["latents", "denoiser", "decoder", "classifier", "contrastive"] as const;

export type CheckpointName = (typeof checkpointFiles)[number];

/** Returns a checkpoint's path in the paper's folder. */
export const checkpointPath = (name: CheckpointName): string => `checkpoints/${name}.safetensors`;

/** Architectures of the world, without parameters. */
export function worldModels() {
  const tokenizer = promptTokenizer();
  const vocabulary = tokenizer.words.tokens.length;
  const sizes = { vocabulary, length: promptLength, size: featureSize };
  return {
    tokenizer,
    encoder: promptEncoder(sizes),
    denoiser: latentDenoiser(latentSize),
    decoder: promptDecoder(sizes),
    classifier,
    contrastive: contrastiveModel(vocabulary),
  };
}

/**
 * The frozen models of the world. Their parameters are the caller's, see {@link disposeFrozen}.
 *
 * @param read gives the bytes of a file of the paper's folder, as `host.asset`
 * @throws what `read` throws; RangeError, TypeError for a file that isn't the model's
 */
export async function loadFrozen(read: (path: string) => Promise<Uint8Array>): Promise<Frozen> {
  const models = worldModels();
  const files = await Promise.all(checkpointFiles.map((name) => read(checkpointPath(name))));
  const [latents, ofDenoiser, decoder, ofClassifier, contrastive] = files.map(
    (bytes) => readSafetensors(bytes, { finite: true }).tensors,
  );
  const { encoder, denoiser } = models;
  const both = parametersOf(ofDenoiser, {
    init: (key) => ({ encoder: encoder.init(key.ref), denoiser: denoiser.init(key) }),
  }) as { encoder: Tree; denoiser: Tree };
  return {
    ...models,
    latents: latentsOf(latents),
    params: {
      ...both,
      decoder: parametersOf(decoder, models.decoder),
      classifier: parametersOf(ofClassifier, models.classifier),
      contrastive: parametersOf(contrastive, models.contrastive),
    },
  };
}

/** Gives up the parameters of {@link loadFrozen}. */
export function disposeFrozen({ params }: Frozen): void {
  disposeTree(params);
}

/** Tensors as the parameters of a model. */
function parametersOf(
  tensors: Record<string, Tensor>,
  { init }: { init(key: ReturnType<typeof keyOf>): Tree },
): Tree {
  const like = init(keyOf(0));
  try {
    return treeOf(tensors, like);
  } finally {
    disposeTree(like);
  }
}
