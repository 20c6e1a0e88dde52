/** The Euclidean norm. */
export function normOf(v: Float64Array): number {
  return Math.sqrt(v.reduce((sum, value) => sum + value * value, 0));
}
