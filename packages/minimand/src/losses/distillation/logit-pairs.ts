import { lax, type numpy as np } from "@jax-js/jax";
import { checkFloatArray, checkNoNaN, checkParameter, checkShape, rangeError } from "../../engine/checks.ts";
import { constantOf, type Parameter } from "../../engine/parameter.ts";
import { again, operand } from "../operand.ts";
import { checkWeights, type LossOptions, maskRows, weighted } from "../per-example.ts";

/** Options of a loss between the logits of a student and those of its teacher. */
export interface DistillationOptions extends LossOptions {
  /** Both logits are divided by it, and the loss is multiplied by its square; > 0. */
  temperature?: Parameter;
}

/**
 * The body shared by the losses that need no labels: checks both logits, makes the teacher's a constant of the student's
 * dtype, masks rows of weight 0 in both. `body` reduces `[batch, classes]` to `[batch]`, at a temperature that it consumes;
 * its value is multiplied by the square of the temperature.
 */
export function overPairs(
  studentLogits: np.Array,
  teacherLogits: np.Array,
  options: DistillationOptions,
  usualTemperature: number,
  body: (student: np.Array, teacher: np.Array, temperature: Parameter) => np.Array,
): np.Array {
  const { temperature = usualTemperature, weights } = options;
  checkTemperature(temperature);
  checkPair("studentLogits", studentLogits, teacherLogits, weights);
  const teacher = teacherRows(teacherLogits, studentLogits, weights);
  const student = maskRows(studentLogits, weights);
  const T = operand(temperature, student);
  return weighted(body(student, teacher, again(T)).mul(squareOf(T)), weights);
}

/** The teacher's logits as a constant of the dtype of `like`, rows of weight 0 masked. */
export function teacherRows(teacher: np.Array, like: np.Array, weights: np.Array | undefined): np.Array {
  return maskRows(lax.stopGradient(constantOf(teacher, like.dtype)), weights);
}

/** Shapes, dtypes and weights of both logits; their values too where they can be looked at. */
export function checkPair(
  name: string,
  student: np.Array,
  teacher: np.Array,
  weights: np.Array | undefined,
): void {
  checkFloatArray(name, student, 2, "[batch, classes]");
  if (student.shape[1] < 2) throw rangeError(name, "at least 2 classes", student);
  checkFloatArray("teacherLogits", teacher, 2, "[batch, classes]");
  checkShape("teacherLogits", teacher, student.shape);
  checkWeights(weights, student.shape[0]);
  if (weights !== undefined) return;
  checkNoNaN(name, student);
  checkNoNaN("teacherLogits", teacher);
}

/** Throws unless the temperature is a positive number, or a 0-d array. */
export function checkTemperature(temperature: Parameter): void {
  checkParameter("temperature", temperature, { above: 0 });
}

/** A parameter times itself. Consumes an array. */
export function squareOf(value: Parameter): Parameter {
  return typeof value === "number" ? value * value : value.ref.mul(value);
}
