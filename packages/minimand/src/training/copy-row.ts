type Numbers = Int32Array | Float32Array | Float64Array;

/** Copies so many numbers from one place to another. Of short rows a view takes longer than their numbers. */
export function copyRow(from: Numbers, start: number, to: Numbers, at: number, width: number): void {
  if (width > 32) to.set(from.subarray(start, start + width), at);
  else for (let i = 0; i < width; i++) to[at + i] = from[start + i];
}
