/** Returns rows 0 to `rows - 1`, or about `most` of them at equal distances. */
export function sampleOf(rows: number, most: number): Int32Array {
  const step = Math.ceil(rows / most);
  return Int32Array.from({ length: Math.ceil(rows / step) }, (_, i) => i * step);
}
