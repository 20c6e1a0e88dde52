import type { Photograph } from "../../../pretraining.ts";

/** One channel of a picture in linear light, from 0 to 1, rows from the top. Multiplicative noise multiplies this. */
export interface Light {
  width: number;
  height: number;
  values: Float32Array;
}

/** Linear light of an sRGB number. */
export const linearOf = (v: number): number => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);

/** The sRGB number of linear light. */
export const encodedOf = (l: number): number => (l <= 0.0031308 ? 12.92 * l : 1.055 * l ** (1 / 2.4) - 0.055);

/** Linear light of the channels of a picture. */
export function lightOf({ width, height, channels, data }: Photograph): Light[] {
  return Array.from({ length: channels }, (_, c) => ({
    width,
    height,
    values: Float32Array.from({ length: width * height }, (_, i) => linearOf(data[i * channels + c])),
  }));
}

/** Returns a picture of channels in linear light; values are clamped to 0 to 1. */
export function photographOf(channels: readonly Light[]): Photograph {
  const [{ width, height }] = channels;
  const data = new Float32Array(width * height * channels.length);
  for (const [c, { values }] of channels.entries())
    for (let i = 0; i < values.length; i++)
      data[i * channels.length + c] = encodedOf(Math.min(1, Math.max(0, values[i])));
  return { width, height, channels: channels.length === 1 ? 1 : 3, data };
}
