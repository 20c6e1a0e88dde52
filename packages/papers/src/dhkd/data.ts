import type { Dataset } from "@minimand/compare";
import { derive } from "minimand/engine";
import { part } from "../kit/part.ts";
import { type Draw, type Labelled, shuffled, standardised } from "../kit/rows.ts";
import { rows } from "./settings.ts";

/** What one seed is made of. */
export interface Prepared {
  teacher: Labelled;
  /** The first of the teacher's rows. */
  student: Labelled;
  judged: Labelled;
}

/**
 * Draws the rows of a seed. Four thousand rows, always the same ones, are set apart: tuning is judged by them and the
 * measured run never sees them.
 */
export function prepare(dataset: Dataset, { seed, judge, fraction }: Draw): Prepared {
  const all = shuffled(dataset.rows, derive(0, 1));
  const pool = shuffled(all.slice(rows.tuning), derive(seed, 1));
  const forTeacher = pool.slice(0, part(rows.teacher, fraction, 600));
  const judged =
    judge === "tune"
      ? all.slice(0, part(rows.tuning, fraction, 400))
      : pool.slice(rows.teacher, rows.teacher + part(rows.test, fraction, 400));
  const labelled = standardised(dataset, forTeacher);
  return {
    teacher: labelled(forTeacher),
    student: labelled(forTeacher.slice(0, part(rows.student, fraction, 300))),
    judged: labelled(judged),
  };
}

/** The first rows of some examples. */
export function firstRows(examples: Labelled, count: number): Labelled {
  const width = examples.shape[0];
  return { ...examples, x: examples.x.slice(0, count * width), y: examples.y.slice(0, count) };
}
