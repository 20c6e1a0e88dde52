import type { numpy as np } from "@jax-js/jax";
import {
  applyCurves,
  equalizationTable,
  equalizeHistogram,
  gammaCorrection,
  zeroDceTerms,
} from "@minimand/lab/vision";
import { type Adapters, float } from "../../kit/golden/adapters.ts";

/** A matrix of the vectors as one picture of one channel. */
export const picture = (x: number[][]): np.Array => float(x).reshape([1, x.length, x[0].length, 1]);
export const table = (x: np.Array): unknown => x.reshape(x.shape.slice(1, 3)).js();
/** `[batch, channels, height, width]` of the vectors as the library has it. */
const channelsLast = (x: unknown[]): np.Array => float(x).transpose([0, 2, 3, 1]);

export const classicalAdapters: Adapters = {
  gamma_correction: ({ x }, { gamma }) => ({ output: table(gammaCorrection(picture(x), gamma)) }),
  zero_dce_curve_iterations({ x, curves }) {
    const maps = () => channelsLast([curves]);
    return {
      output: table(applyCurves(picture(x), maps())),
      outputPaperSign: table(applyCurves(picture(x), maps().neg())),
    };
  },
  histogram_equalisation: ({ x }: { x: number[][] }, options) => {
    const width = x[0].length;
    const output = [...equalizeHistogram(x.flat(), options)];
    return {
      output: x.map((_, row) => output.slice(row * width, (row + 1) * width)),
      lut: [...(equalizationTable(x.flat(), options) ?? [])],
    };
  },
  zero_dce_losses({ enhanced, curveMaps }, { wellExposedLevel, patch }) {
    const after = channelsLast(enhanced);
    const terms = zeroDceTerms(after.ref, after, channelsLast(curveMaps), {
      level: wellExposedLevel,
      patch,
      region: 1,
    });
    return {
      exposure: terms.exposure.item(),
      colorConstancy: terms.color.item(),
      illuminationSmoothness: terms.smoothness.item(),
    };
  },
};
