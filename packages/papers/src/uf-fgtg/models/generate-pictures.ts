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
import { alphaBar } from "./schedule.ts";

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
  const predict = compile((own: Tree, zt: np.Array, t: np.Array, condition: np.Array, scale: np.Array) => {
    const both = denoiser.predict(
      own,
      np.concatenate([zt.ref, zt], 0),
      np.concatenate([t.ref, t], 0),
      condition,
    );
    const withText = both.ref.slice([0, rows]);
    const without = both.slice([rows, 2 * rows]);
    return without.ref.add(withText.sub(without).mul(scale));
  });

  async function some(
    prompts: readonly string[],
    noise: Float32Array<ArrayBuffer>,
    times: number[],
    guidance: number,
  ) {
    const { ids } = tokenizer.encode([...prompts, ...Array(2 * rows - prompts.length).fill("")]);
    const condition = features(refTree(params.encoder), np.array(ids, { shape: [2 * rows, promptLength] }));
    const z = noise;
    for (const [i, t] of times.entries()) {
      const predicted = predict(
        refTree(params.denoiser),
        np.array(z, { shape: [rows, size] }),
        np.array(new Float32Array(rows).fill(t)),
        condition.ref,
        np.array(guidance),
      );
      const eps = await predicted.data();
      const next = i + 1 < times.length ? alphaBar[times[i + 1]] : 1;
      ddimStep(z, eps as Float32Array, alphaBar[t], next);
    }
    condition.dispose();
    return latents.decode(z.subarray(0, prompts.length * size));
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
          const next = randomSource(derive(seed, from + row));
          for (let k = 0; k < size; k++) noise[row * size + k] = normal(next);
        }
        pictures.push(...(await some(part, noise, times, guidance)));
      }
      return pictures;
    },
    dispose() {
      features.dispose();
      predict.dispose();
    },
  };
}

/** From one share of the picture's variance to another without new noise, in place. */
function ddimStep(z: Float32Array, eps: Float32Array, share: number, next: number): void {
  const [signal, spread] = [Math.sqrt(share), Math.sqrt(1 - share)];
  const [nextSignal, nextSpread] = [Math.sqrt(next), Math.sqrt(1 - next)];
  for (let i = 0; i < z.length; i++)
    z[i] = (nextSignal * (z[i] - spread * eps[i])) / signal + nextSpread * eps[i];
}
