import { disposeTree } from "minimand/engine";
import type { Pretrained, PretrainingHost } from "../../../pretraining.ts";
import { arms, trainedByDefault } from "../arms.ts";
import { refinerPart, saveRefiner } from "../refining/saved-refiner.ts";
import { specOf } from "../reproduction.ts";
import { scales } from "../settings.ts";
import { refine } from "../trial.ts";

const saved = arms
  .filter(({ id, refiner }) => refiner !== undefined && !trainedByDefault.includes(id))
  .flatMap(({ id }) => Array.from({ length: scales.default.seeds }, (_, seed) => ({ arm: id, seed })));

/** The refiners that the default run takes as they are. Their seeds are those of the run. */
export const refinerParts: readonly string[] = saved.map(({ arm, seed }) => refinerPart(arm, seed));

/** Trains one of {@link refinerParts} with the frozen models of the parts before. */
export async function trainRefinerPart(
  part: string,
  { scale, before, compile, signal }: PretrainingHost,
): Promise<Pretrained> {
  const { arm, seed } = saved[refinerParts.indexOf(part)];
  const spec = specOf(arm, seed, scale, { trained: true });
  const asset = async (path: string): Promise<Uint8Array> => {
    const bytes = before.get(path.replace(/^checkpoints\/(.*)\.safetensors$/, "$1"));
    if (bytes === undefined) throw new RangeError(`before: expected the file of ${path}, got none`);
    return bytes;
  };
  const refined = await refine(spec, { ...unused, asset, compile, signal });
  const bytes = await saveRefiner(refined.params);
  disposeTree(refined.params);
  const { steps, gamma, learningRate } = spec;
  return {
    bytes,
    record: { part, seed, steps, gamma, learningRate, ...refined.losses, ...refined.preferences },
  };
}

const none = () => Promise.reject(new RangeError("data: a refiner is trained on its world alone"));
const unused = { dataset: none, images: none };
