import type { Tensor } from "minimand";
import { rangeError } from "minimand/engine";
import type { Latents, Picture } from "../interfaces.ts";

/** Numbers of a picture's latents. */
export const latentSize = 48;

/**
 * Pictures as principal components of unit variance, from what `latents.safetensors` holds.
 *
 * @throws RangeError for another number of components
 */
export function latentsOf(tensors: Record<string, Tensor>): Latents {
  const [mean, directions, deviations] = ["mean", "directions", "deviations"].map(
    (name) => tensors[name].data as Float32Array,
  );
  const [size, pixels] = tensors.directions.shape;
  if (size !== latentSize) throw rangeError("directions", `${latentSize} components`, size);
  return {
    size,
    explainedVariance: tensors.explained.data[0],
    encode(pictures) {
      const latents = new Float32Array(pictures.length * size);
      for (const [row, picture] of pictures.entries())
        for (let k = 0; k < size; k++) {
          let sum = 0;
          for (let i = 0; i < pixels; i++) sum += directions[k * pixels + i] * (picture[i] - mean[i]);
          latents[row * size + k] = sum / deviations[k];
        }
      return latents;
    },
    decode(latents) {
      return Array.from({ length: latents.length / size }, (_, row): Picture => {
        const picture = Float32Array.from(mean);
        for (let k = 0; k < size; k++) {
          const share = latents[row * size + k] * deviations[k];
          for (let i = 0; i < pixels; i++) picture[i] += share * directions[k * pixels + i];
        }
        return picture.map((value) => Math.min(1, Math.max(0, value)));
      });
    },
  };
}
