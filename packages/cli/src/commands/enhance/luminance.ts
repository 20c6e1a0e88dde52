import type { Raster } from "../../pictures/raster.ts";

/** How bright each pixel looks: the weights of red, green and blue in sRGB (Rec. 709), taken of the numbers as they are encoded. */
export function luminanceOf({ data, channels }: Raster): Float32Array {
  if (channels === 1) return data;
  const luminance = new Float32Array(data.length / 3);
  for (let i = 0; i < luminance.length; i++)
    luminance[i] = 0.2126 * data[3 * i] + 0.7152 * data[3 * i + 1] + 0.0722 * data[3 * i + 2];
  return luminance;
}

/**
 * The picture with other luminances: its three numbers are all multiplied alike, so that hue and saturation stay. Where one would pass 1, all
 * stay below; black stays black.
 *
 * @param before of {@link luminanceOf}
 */
export function withLuminance(picture: Raster, before: Float32Array, after: Float32Array): Raster {
  const { data, channels } = picture;
  if (channels === 1) return { ...picture, data: after };
  const changed = new Float32Array(data.length);
  for (let i = 0; i < before.length; i++) {
    const at = 3 * i;
    const most = Math.max(data[at], data[at + 1], data[at + 2]);
    if (most === 0) continue;
    const factor = Math.min(after[i] / before[i], 1 / most);
    for (let c = 0; c < 3; c++) changed[at + c] = data[at + c] * factor;
  }
  return { ...picture, data: changed };
}

/** Grey as three equal colours. */
export function inColours(picture: Raster): Raster {
  if (picture.channels === 3) return picture;
  const data = Float32Array.from(
    { length: 3 * picture.data.length },
    (_, i) => picture.data[Math.floor(i / 3)],
  );
  return { ...picture, channels: 3, data };
}
