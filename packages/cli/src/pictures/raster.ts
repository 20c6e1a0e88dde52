/** A decoded picture. Numbers are those of its file, encoded for a display (sRGB), from 0 to 1. */
export interface Raster {
  width: number;
  height: number;
  /** 1 where it is grey, else 3: red, green, blue. */
  channels: 1 | 3;
  /** `width * height * channels` numbers: rows from the top, in them pixels from the left, in them channels. */
  data: Float32Array;
  /** `width * height` numbers, 0 where one sees through it; null where it is opaque all over. */
  alpha: Float32Array | null;
  /** Bits a number had in the file. PNG can be written with either. */
  depth: 8 | 16;
}
