import { numpy as np } from "@jax-js/jax";
import {
  type Compile,
  compileWithJit,
  derive,
  normal,
  randomSource,
  refTree,
  type Tree,
} from "minimand/engine";
import {
  diffusionSteps,
  type Frozen,
  type Picture,
  type PictureGenerator,
  promptLength,
} from "../interfaces.ts";
import { schedule } from "./schedule.ts";

/** Pictures of a call of the program; each prompt is two of its rows, with the text and without. */
const rows = 32;

/** DDIM with classifier-free guidance: `eps = eps(empty) + guidance (eps(text) - eps(empty))`. Keeps the frozen models. */
export function pictureGenerator(
  {
    tokenizer,
    latents,
    encoder,
    denoiser,
    params,
  }: Pick<Frozen, "tokenizer" | "latents" | "encoder" | "denoiser"> & {
    params: Pick<Frozen["params"], "encoder" | "denoiser">;
  },
  { compile = compileWithJit }: { compile?: Compile } = {},
): PictureGenerator {
  const { size } = latents;
  const features = compile((own: Tree, tokens: np.Array) => encoder.encode(own, tokens));
  /** One step of DDIM. */
  const next = compile(
    (own: Tree, zt: np.Array, from: np.Array, to: np.Array, condition: np.Array, guidance: np.Array) => {
      const twice = (x: np.Array) => np.concatenate([x.ref, x], 0);
      const t = from.ref.astype(np.float32);
      const both = denoiser.predict(own, twice(zt.ref), twice(t), condition);
      const withText = both.ref.slice([0, rows]);
      const without = both.slice([rows, 2 * rows]);
      const eps = without.ref.add(withText.sub(without).mul(guidance));
      return schedule.ddimStep(zt, eps, { from, to });
    },
  );

  /** At most `rows` pictures, from their noise. */
  async function some(
    prompts: readonly string[],
    noise: Float32Array<ArrayBuffer>,
    times: readonly number[],
    guidance: number,
  ): Promise<Picture[]> {
    const { ids } = tokenizer.encode([...prompts, ...Array<string>(2 * rows - prompts.length).fill("")]);
    const condition = features(refTree(params.encoder), np.array(ids, { shape: [2 * rows, promptLength] }));
    const everywhere = (t: number) => np.array(new Int32Array(rows).fill(t));
    let z = np.array(noise, { shape: [rows, size] });
    for (const [i, t] of times.entries()) {
      const [from, to] = [everywhere(t), everywhere(times[i + 1] ?? -1)];
      z = next(refTree(params.denoiser), z, from, to, condition.ref, np.array(guidance));
      // Work piles up where nothing is read.
      await z.blockUntilReady();
    }
    condition.dispose();
    const latent = (await z.data()) as Float32Array;
    return latents.decode(latent.subarray(0, prompts.length * size));
  }

  return {
    async generate(prompts, seed, { steps = 25, guidance = 2 } = {}) {
      const times = Array.from(
        { length: steps },
        (_, i) => Math.round(((steps - i) / steps) * diffusionSteps) - 1,
      );
      const pictures: Picture[] = [];
      for (let from = 0; from < prompts.length; from += rows) {
        const part = prompts.slice(from, from + rows);
        const noise = new Float32Array(rows * size);
        for (let row = 0; row < part.length; row++) {
          const random = randomSource(derive(seed, from + row));
          for (let k = 0; k < size; k++) noise[row * size + k] = normal(random);
        }
        pictures.push(...(await some(part, noise, times, guidance)));
      }
      return pictures;
    },
    dispose() {
      features.dispose();
      next.dispose();
    },
  };
}
