import { numpy as np } from "@jax-js/jax";
import { refinerTerms } from "@minimand/lab/prompts";
import { compileWithJit, disposeTree, keyOf, refTree, type Tree } from "minimand/engine";
import { mean } from "../../../kit/statistics.ts";
import type { TrialHost } from "../../../reproduction.ts";
import { type Frozen, promptLength } from "../interfaces.ts";
import { schedule } from "../models/index.ts";
import { type Pair, rowsOf } from "./pair-rows.ts";
import { adapterOf, startOf } from "./train-refiner.ts";

/** Rows of a call, and draws of times and noise for each. */
const [size, draws] = [20, 8];

/**
 * The denoising loss of pictures that no training saw, by an encoder's features of the coarse prompts. Times and noise are the same for
 * every encoder. Rows beyond the last whole call are left out.
 */
export async function heldOutLoss(
  frozen: Frozen,
  ofEncoder: Tree,
  pairs: readonly Pair[],
  { compile = compileWithJit }: Pick<TrialHost, "compile">,
): Promise<number> {
  const { encoder, decoder, denoiser, tokenizer, latents, params } = frozen;
  const adapter = adapterOf({ image: true, text: true, noise: false });
  const of = refinerTerms({ encoder, adapter, decoder, denoiser, schedule, end: tokenizer.words.end });
  const { x, y } = rowsOf(frozen, pairs);
  const start = startOf(frozen, adapter, 0);
  const program = compile(
    (own: Tree, others: Tree, ofDenoiser: Tree, ids: np.Array, z: np.Array, key: np.Array) => {
      const all = { ...(others as { adapter: Tree; decoder: Tree }), encoder: own };
      const { image, ...rest } = of(all, ofDenoiser, { x: ids, y: z, weights: np.ones([size]) }, key);
      disposeTree(rest);
      return image;
    },
  );
  const losses: number[] = [];
  const { encoder: untrained, ...others } = start;
  const width = 2 * promptLength;
  for (let row = 0; row + size <= x.length / width; row += size)
    for (let draw = 0; draw < draws; draw++) {
      const loss = program(
        refTree(ofEncoder),
        refTree(others),
        refTree(params.denoiser),
        np.array(x.slice(row * width, (row + size) * width) as Int32Array<ArrayBuffer>, {
          shape: [size, 2, promptLength],
        }),
        np.array(y.slice(row * latents.size, (row + size) * latents.size) as Float32Array<ArrayBuffer>, {
          shape: [size, latents.size],
        }),
        keyOf(row, draw),
      );
      losses.push((await loss.data())[0]);
    }
  program.dispose();
  disposeTree([untrained, others]);
  return mean(losses);
}
