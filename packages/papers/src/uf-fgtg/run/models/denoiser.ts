import { numpy as np, random } from "@jax-js/jax";
import { dense, layerNorm, sequential, silu, type Variables } from "minimand";
import type { Tree } from "minimand/engine";
import { crossAttention, gelu, learnedPositions } from "minimand/models";
import { type Denoiser, featureSize, promptLength } from "../interfaces.ts";
import { schedule } from "./schedule.ts";

const width = 128;
const hidden = 192;
const depth = 3;
/** Numbers of a sinusoid of time. */
const timeSize = 32;
/** Questions that are asked of the text. */
const questions = 4;
/** What questions are multiplied by: they start distinct, and learn faster than all else. */
const sharpness = 30;

type Block = { norm: Variables; film: Variables; enter: Variables; leave: Variables };
type Params = {
  enter: Variables;
  time: Variables;
  ask: Variables;
  read: Variables;
  text: Variables;
  places: Variables;
  blocks: Block[];
  leave: Variables;
};

/**
 * A residual network on all latents at once. Some questions are asked of the text by cross-attention, and each of its places is read,
 * too: answers, words in their places and the time scale and shift what each block sees.
 *
 * Inside, it says the velocity `v`; the noise is `sqrt(alphaBar) v + sqrt(1 - alphaBar) z_t`, which is nearly all of `z_t` where there is
 * nearly nothing but noise.
 */
export function latentDenoiser(latentSize: number): Denoiser {
  const enter = dense({ inputs: latentSize, outputs: width });
  const time = sequential([
    dense({ inputs: timeSize, outputs: width }),
    silu,
    dense({ inputs: width, outputs: width }),
  ]);
  const ask = learnedPositions({ length: questions, size: featureSize });
  const read = crossAttention({ size: featureSize, heads: 4 });
  const text = sequential([
    dense({ inputs: questions * featureSize, outputs: width }),
    silu,
    dense({ inputs: width, outputs: width }),
  ]);
  const places = dense({ inputs: promptLength * featureSize, outputs: width });
  const block = {
    norm: layerNorm(width),
    film: dense({ inputs: width, outputs: 2 * width }),
    enter: dense({ inputs: width, outputs: hidden }),
    leave: dense({ inputs: hidden, outputs: width }),
  };
  const leave = sequential([
    layerNorm(width),
    dense({ inputs: width, outputs: latentSize, initial: "zeros" }),
  ]);
  const still = { training: false };

  /** `x + leave(gelu(enter((1 + scale) norm(x) + shift)))` */
  const through = (own: Block, x: np.Array, said: np.Array): np.Array => {
    const [film] = block.film.apply(own.film, said, still);
    const scale = film.ref.slice([], [0, width]).add(1);
    const shift = film.slice([], [width, 2 * width]);
    const [normed] = block.norm.apply(own.norm, x.ref, still);
    const [hidden] = block.enter.apply(own.enter, normed.mul(scale).add(shift), still);
    return x.add(block.leave.apply(own.leave, gelu(hidden, { approximate: "tanh" }), still)[0]);
  };

  return {
    init(key) {
      const whole = { enter, time, ask, read, text, places, leave };
      const names = Object.keys(whole) as (keyof typeof whole)[];
      const [forBlocks, ...keys] = [...random.split(key, 1 + names.length)];
      const blockKeys = [...random.split(forBlocks, 4 * depth)];
      const blocks = Array.from({ length: depth }, (_, i) => {
        const own = blockKeys.slice(4 * i, 4 * i + 4);
        return {
          norm: block.norm.init(own[0]),
          film: block.film.init(own[1]),
          enter: block.enter.init(own[2]),
          leave: block.leave.init(own[3]),
        };
      });
      const parts = names.map((name, i) => [name, whole[name].init(keys[i])]);
      return { ...Object.fromEntries(parts), blocks } as unknown as Tree;
    },
    predict(params, zt, t, condition) {
      const own = params as unknown as Params;
      const [batch] = zt.shape;
      const [when] = time.apply(own.time, sinusoids(t.ref), still);
      const [asked] = ask.apply(own.ask, np.zeros([batch, questions, featureSize]), still);
      const [answers] = read.apply(own.read, asked.mul(sharpness), condition.ref, still);
      const [said] = text.apply(own.text, answers.reshape([batch, questions * featureSize]), still);
      const inPlace = condition.reshape([batch, promptLength * featureSize]);
      const told = silu(when.add(said).add(places.apply(own.places, inPlace, still)[0]));
      const [start] = enter.apply(own.enter, zt.ref, still);
      const seen = own.blocks.reduce(
        (x, each, i) => through(each, x, i < depth - 1 ? told.ref : told),
        start,
      );
      const [velocity] = leave.apply(own.leave, seen, still);
      const share = shareAt(t);
      return velocity.mul(np.sqrt(share.ref)).add(zt.mul(np.sqrt(share.neg().add(1))));
    },
  };
}

/** `alphaBar` at float times `[batch]`, `[batch, 1]`. */
export function shareAt(t: np.Array): np.Array {
  const snr = schedule.snr(t.astype(np.int32)).reshape([-1, 1]);
  return snr.ref.div(snr.add(1));
}

/** Times `[batch]` as sines and cosines of frequencies from 1 to 1/1000, `[batch, timeSize]`. */
function sinusoids(t: np.Array): np.Array {
  const half = timeSize / 2;
  const frequencies = Float32Array.from({ length: half }, (_, i) => 1000 ** (-i / (half - 1)));
  const angles = t.reshape([-1, 1]).mul(np.array(frequencies, { shape: [1, half] }));
  return np.concatenate([np.sin(angles.ref), np.cos(angles)], -1);
}
