/**
 * Returns the mean and population standard deviation, in two passes, safe from overflow and underflow. A standard deviation that is lost in
 * the rounding of the values (below 1e-10 of the largest, or 1e-300) is 0: dividing by it would turn noise into inputs.
 */
export function moments(values: Float64Array): { mean: number; sd: number } {
  const n = values.length;
  let sum = 0;
  for (const value of values) sum += value;
  const first = sum / n;
  let rest = 0;
  for (const value of values) rest += value - first;
  const mean = first + rest / n;

  let size = 0;
  let scale = 0;
  for (const value of values) {
    size = Math.max(size, Math.abs(value));
    scale = Math.max(scale, Math.abs(value - mean));
  }
  if (scale <= 1e-10 * size || scale < 1e-300) return { mean, sd: 0 };
  let squares = 0;
  for (const value of values) squares += ((value - mean) / scale) ** 2;
  return { mean, sd: scale * Math.sqrt(squares / n) };
}
