/** Numbers at the pixels of a small picture: rows from the top, in them pixels, in them channels. */
export interface SmallMap {
  values: ArrayLike<number>;
  width: number;
  height: number;
  channels: number;
}

/**
 * The rows of a map at the size of a large picture, linearly interpolated between the centres of its pixels, one after the other: the whole would
 * take many times the memory of the picture.
 *
 * @returns what gives a row, in memory that the next one uses again
 */
export function interpolatedRows(
  { values, width, height, channels }: SmallMap,
  large: { width: number; height: number },
): (y: number) => Float32Array {
  const line = new Float32Array(width * channels);
  const row = new Float32Array(large.width * channels);
  const columns = Array.from({ length: large.width }, (_, x) => placeOf(x, large.width, width));
  return (y) => {
    const [upper, lower, share] = placeOf(y, large.height, height);
    for (let i = 0; i < line.length; i++)
      line[i] = (1 - share) * values[upper * line.length + i] + share * values[lower * line.length + i];
    for (let x = 0; x < large.width; x++) {
      const [left, right, part] = columns[x];
      for (let c = 0; c < channels; c++)
        row[x * channels + c] = (1 - part) * line[left * channels + c] + part * line[right * channels + c];
    }
    return row;
  };
}

/** The two entries around the place of one of `to`, and the share of the second. */
function placeOf(i: number, to: number, from: number): [number, number, number] {
  const place = Math.min(Math.max(((i + 0.5) * from) / to - 0.5, 0), from - 1);
  const first = Math.floor(place);
  return [first, Math.min(first + 1, from - 1), place - first];
}
