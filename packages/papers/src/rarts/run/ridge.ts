/** Rows of `columns` numbers, and a target each. */
export interface Rows {
  x: Float64Array;
  y: Float64Array;
  columns: number;
}

/** The weights that minimise `mean (x (a w) - y)^2 / 2 + penalty / 2 ||w||^2`, by elimination. */
export function ridge({ x, y, columns }: Rows, gates: ArrayLike<number>, penalty: number): Float64Array {
  const rows = y.length;
  const system = Array.from({ length: columns }, (_, i) => {
    const line = new Float64Array(columns + 1);
    for (let r = 0; r < rows; r++) {
      const own = (x[r * columns + i] * gates[i]) / rows;
      for (let j = 0; j < columns; j++) line[j] += own * x[r * columns + j] * gates[j];
      line[columns] += own * y[r];
    }
    line[i] += penalty;
    return line;
  });
  // Positive definite: no pivots are needed.
  for (let k = 0; k < columns; k++)
    for (let i = k + 1; i < columns; i++) {
      const factor = system[i][k] / system[k][k];
      for (let j = k; j <= columns; j++) system[i][j] -= factor * system[k][j];
    }
  const w = new Float64Array(columns);
  for (let k = columns - 1; k >= 0; k--) {
    let value = system[k][columns];
    for (let j = k + 1; j < columns; j++) value -= system[k][j] * w[j];
    w[k] = value / system[k][k];
  }
  return w;
}

/** `mean (x (a w) - y)^2`. */
export function squaredError(
  { x, y, columns }: Rows,
  gates: ArrayLike<number>,
  w: ArrayLike<number>,
): number {
  let sum = 0;
  y.forEach((target, r) => {
    let value = 0;
    for (let j = 0; j < columns; j++) value += x[r * columns + j] * gates[j] * w[j];
    sum += (value - target) ** 2;
  });
  return sum / y.length;
}
