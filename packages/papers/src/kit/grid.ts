/**
 * Returns every combination of some values, the first name's outermost.
 *
 * @example
 * grid({ learningRate: [0.1, 1], alpha: [0, 1] }) // { learningRate: 0.1, alpha: 0 }, { learningRate: 0.1, alpha: 1 }, ...
 */
export function grid<Name extends string>(values: Record<Name, readonly number[]>): Record<Name, number>[] {
  let points: Record<string, number>[] = [{}];
  for (const [name, own] of Object.entries<readonly number[]>(values))
    points = points.flatMap((point) => own.map((value) => ({ ...point, [name]: value })));
  return points as Record<Name, number>[];
}
