/** Numbers at the pixels of a small picture: rows from the top, in them pixels, in them channels. */
export interface SmallMap {
  values: ArrayLike<number>;
  width: number;
  height: number;
  channels: number;
}

/**
 * The pixels of a map at the size of a large picture, linearly interpolated between the centres of its pixels. They come one after the
 * other: a row of them may take many times the memory of the picture.
 *
 * @returns what gives, for a row, what gives its pixels, each in memory that the next one uses again
 */
export function interpolatedRows(
  { values, width, height, channels }: SmallMap,
  large: { width: number; height: number },
): (y: number) => (x: number) => Float32Array {
  const line = new Float32Array(width * channels);
  const pixel = new Float32Array(channels);
  const at = (x: number): Float32Array => {
    const place = placeOf(x, large.width, width);
    const left = Math.floor(place);
    const right = Math.min(left + 1, width - 1);
    const part = place - left;
    for (let c = 0; c < channels; c++)
      pixel[c] = (1 - part) * line[left * channels + c] + part * line[right * channels + c];
    return pixel;
  };
  return (y) => {
    const place = placeOf(y, large.height, height);
    const upper = Math.floor(place);
    const lower = Math.min(upper + 1, height - 1);
    const share = place - upper;
    for (let i = 0; i < line.length; i++)
      line[i] = (1 - share) * values[upper * line.length + i] + share * values[lower * line.length + i];
    return at;
  };
}

/** The place of one of `to` among `from`, between the centres of the first and the last. */
const placeOf = (i: number, to: number, from: number): number =>
  Math.min(Math.max(((i + 0.5) * from) / to - 0.5, 0), from - 1);
