import { type numpy as np, random } from "@jax-js/jax";
import { dense, type Layer, type Model, silu } from "minimand";
import type { Tree } from "minimand/engine";
import { conv2d, upsample } from "minimand/models";

/** Sizes of a {@link scoreUNet}. */
export interface UNetSizes {
  /** Height and width of a picture, a multiple of 4. */
  side: number;
  /** Numbers that encode the time. */
  times: number;
  /** Channels at full size; twice and four times as many at half and a quarter of it. */
  channels: number;
}

/**
 * Makes a U-Net of pictures and their times. Convolutions of stride 2 go two levels down; upsampling goes back up, where the
 * outputs of the way down are added. The time is a number added to each channel of a level.
 *
 * @returns a model from rows `[batch, side^2 + times]` to `[batch, side^2]`, as networks of rows are
 */
export function scoreUNet({ side, times, channels: c }: UNetSizes): Model {
  const conv = (inputs: number, outputs: number, stride = 1): Layer =>
    conv2d({ inputs, outputs, kernel: 3, padding: "same", stride });
  const pieces = {
    enter: conv(1, c),
    down1: conv(c, 2 * c, 2),
    inner1: conv(2 * c, 2 * c),
    down2: conv(2 * c, 4 * c, 2),
    inner2: conv(4 * c, 4 * c),
    up1: conv(4 * c, 2 * c),
    outer1: conv(2 * c, 2 * c),
    up0: conv(2 * c, c),
    leave: conv(c, 1),
    time0: dense({ inputs: times, outputs: c }),
    time1: dense({ inputs: times, outputs: 2 * c }),
    time2: dense({ inputs: times, outputs: 4 * c }),
  };
  type Name = keyof typeof pieces;
  const names = Object.keys(pieces) as Name[];
  const twice = upsample({ factor: 2 });
  return {
    init(key) {
      const keys = [...random.split(key, names.length)];
      const params = Object.fromEntries(names.map((name, i) => [name, pieces[name].init(keys[i]).params]));
      return { params, state: {} };
    },
    apply({ params, state }, x, { key, weights }) {
      key?.dispose();
      weights?.dispose();
      const own = params as Record<Name, Tree>;
      const by = (layer: Layer, at: Tree, input: np.Array): np.Array =>
        layer.apply({ params: at, state: {} }, input, { training: true })[0];
      const through = (name: Name, input: np.Array): np.Array => by(pieces[name], own[name], input);
      const time = x.ref.slice([], [side ** 2, side ** 2 + times]);
      const at = (name: "time0" | "time1" | "time2"): np.Array =>
        through(name, time.ref).reshape([x.shape[0], 1, 1, -1]);
      const further = (name: Name, input: np.Array): np.Array => silu(through(name, input.ref)).add(input);
      const larger = (name: Name, input: np.Array): np.Array => silu(through(name, by(twice, {}, input)));
      const pixels = x.slice([], [0, side ** 2]).reshape([-1, side, side, 1]);
      const full = silu(through("enter", pixels).add(at("time0")));
      const half = further("inner1", silu(through("down1", full.ref).add(at("time1"))));
      const quarter = further("inner2", silu(through("down2", half.ref).add(at("time2"))));
      time.dispose();
      const back = further("outer1", larger("up1", quarter).add(half));
      return [through("leave", larger("up0", back).add(full)).reshape([-1, side ** 2]), state];
    },
  };
}
