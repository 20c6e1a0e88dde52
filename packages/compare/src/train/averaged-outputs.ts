import type { Task } from "../results.ts";
import { givesNumbers } from "../task.ts";

/**
 * Returns the outputs of several networks as those of one, `[rows, outputs]`. Numbers are averaged. Of classes it returns logarithms of
 * the mean probabilities: their softmax is that mean. Outputs of a single network are returned as they are.
 *
 * @param outputs finite, one array per network
 * @param width outputs per row
 */
export function averagedOutputs(outputs: readonly Float32Array[], task: Task, width: number): Float32Array {
  const [first] = outputs;
  const count = outputs.length;
  if (count === 1) return first;
  if (givesNumbers(task)) return first.map((_, i) => outputs.reduce((sum, own) => sum + own[i], 0) / count);
  const averaged = new Float32Array(first.length);
  for (let at = 0; at < first.length; at += width) {
    const totals = outputs.map((own) => logSumExp(own.subarray(at, at + width)));
    for (let k = 0; k < width; k++) {
      const logs = outputs.map((own, member) => own[at + k] - totals[member]);
      averaged[at + k] = logSumExp(logs) - Math.log(count);
    }
  }
  return averaged;
}

/** Returns log(sum of exp), which neither overflows nor becomes the logarithm of 0. */
function logSumExp(values: ArrayLike<number>): number {
  let [most, sum] = [Number.NEGATIVE_INFINITY, 0];
  for (let i = 0; i < values.length; i++) most = Math.max(most, values[i]);
  for (let i = 0; i < values.length; i++) sum += Math.exp(values[i] - most);
  return most + Math.log(sum);
}
