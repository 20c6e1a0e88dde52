import { type Dataset, encode, fitEncoder } from "@minimand/compare";
import type { Examples } from "minimand";
import { derive, randomSource, shuffle } from "minimand/engine";
import { part, rows } from "./settings.ts";

/** Rows with their classes; all are standardised by the teacher's training rows. */
export type Labelled = Examples & { x: Float32Array; y: Int32Array };

/** What one seed is made of. */
export interface Prepared {
  teacher: Labelled;
  /** The first of the teacher's rows. */
  student: Labelled;
  judged: Labelled;
  inputs: number;
  classes: number;
}

/**
 * Draws the rows of a seed. Four thousand rows, always the same ones, are set apart: tuning is judged by them and the
 * measured run never sees them.
 */
export function prepare(
  dataset: Dataset,
  { seed, judge, fraction }: { seed: number; judge: "test" | "tune"; fraction: number },
): Prepared {
  const all = shuffle(
    Int32Array.from({ length: dataset.rows }, (_, i) => i),
    randomSource(derive(0, 1)),
  );
  const pool = shuffle(all.slice(rows.tuning), randomSource(derive(seed, 1)));
  const forTeacher = pool.slice(0, part(rows.teacher, fraction, 600));
  const judged =
    judge === "tune"
      ? all.slice(0, part(rows.tuning, fraction, 400))
      : pool.slice(rows.teacher, rows.teacher + part(rows.test, fraction, 400));
  const encoder = fitEncoder(dataset, forTeacher);
  const classes = dataset.classes.length;
  const labelled = (chosen: Int32Array): Labelled => ({
    x: encode(encoder, dataset, chosen).x,
    y: Int32Array.from(chosen, (row) => dataset.labels[row]),
    shape: [encoder.inputs],
    classes,
  });
  return {
    teacher: labelled(forTeacher),
    student: labelled(forTeacher.slice(0, part(rows.student, fraction, 300))),
    judged: labelled(judged),
    inputs: encoder.inputs,
    classes,
  };
}

/** The first rows of some examples. */
export function firstRows(examples: Labelled, count: number): Labelled {
  const width = examples.shape[0];
  return { ...examples, x: examples.x.slice(0, count * width), y: examples.y.slice(0, count) };
}
