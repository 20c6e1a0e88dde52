import { numpy as np } from "@jax-js/jax";
import { checkFloatArray, checkShape, rangeError, typeError } from "../../engine/checks.ts";
import type { Batch } from "../batches.ts";

/** A frozen teacher: inputs to logits `[batch, classes]`. Consumes the inputs; called outside of the compiled step. */
export type Teacher = (x: np.Array) => np.Array;

/** Throws unless there is exactly one source of teacher logits, and what is kept of them is whole and finite. */
export function checkTeacherSource(
  teacher: Teacher | undefined,
  kept: Float32Array | undefined,
  classes: number,
): void {
  if (teacher !== undefined) {
    if (kept !== undefined) throw typeError("memory.teacher", "none beside the option teacher", kept);
    return;
  }
  if (!(kept instanceof Float32Array))
    throw typeError("memory.teacher", "a Float32Array of teacher logits, one row an example", kept);
  if (kept.length === 0 || kept.length % classes !== 0)
    throw rangeError("memory.teacher", `rows of ${classes} logits, the classes of the student`, kept);
  const wrong = kept.findIndex((v) => !Number.isFinite(v));
  if (wrong >= 0)
    throw rangeError(`memory.teacher, row ${Math.floor(wrong / classes)}`, "finite numbers", kept[wrong]);
}

/** The teacher's logits for a batch, `[batch, classes]`: asked for now, or the rows of its example ids. */
export function teacherLogitsFor(
  batch: Batch,
  teacher: Teacher | undefined,
  kept: Float32Array | undefined,
  classes: number,
): np.Array {
  const size = batch.weights.shape[0];
  if (teacher !== undefined) {
    const logits = teacher(batch.x.ref);
    checkFloatArray("teacher(x)", logits, 2, "[batch, classes]");
    checkShape("teacher(x)", logits, [size, classes]);
    return logits;
  }
  const rows = kept as Float32Array;
  const taken = new Float32Array(size * classes);
  batch.ids.forEach((id, i) => {
    if (id < 0 || (id + 1) * classes > rows.length)
      throw rangeError("ids", `example ids from 0 to ${rows.length / classes - 1}`, id);
    taken.set(rows.subarray(id * classes, (id + 1) * classes), i * classes);
  });
  return np.array(taken, { shape: [size, classes] });
}
