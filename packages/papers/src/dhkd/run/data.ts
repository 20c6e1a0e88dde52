import type { Dataset } from "@minimand/compare";
import { derive } from "minimand/engine";
import { part } from "../../kit/part.ts";
import { type Draw, halved, type Labelled, shuffled, standardised } from "../../kit/rows.ts";
import type { Images, TrialHost } from "../../reproduction.ts";
import { drawings, type Material, rows } from "./settings.ts";

/** The rows of a seed, for teacher, student and scores. */
export interface Prepared {
  teacher: Labelled;
  /** The first of the teacher's rows. */
  student: Labelled;
  judged: Labelled;
}

/** The rows of a seed. */
export async function prepare(material: Material, draw: Draw, host: TrialHost): Promise<Prepared> {
  return material === "letter"
    ? letters(await host.dataset("letter"), draw)
    : characters(await host.images("omniglot"), draw);
}

/**
 * Draws the rows of a seed. Four thousand rows, always the same ones, are set apart for the scores of tuning; measured runs
 * never see them.
 */
export function letters(dataset: Dataset, { seed, judge, fraction }: Draw): Prepared {
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

/** Mean and deviation of the ink of a pixel of half the size, from 0 to 1; the same for all seeds. */
const ink = { mean: 0.08, deviation: 0.2 };

/**
 * Every second character, at half the height and width. Some drawings of each, always the same ones, are set apart for
 * tuning; the seed draws training and test drawings among the others.
 */
export function characters(images: Images, { seed, judge, fraction }: Draw): Prepared {
  const byClass = Map.groupBy(images.labels.keys(), (row) => images.labels[row]);
  const classes = [...byClass.keys()].filter((label) => label % 2 === 0).sort((a, b) => a - b);
  const count = part(drawings.train, fraction, 4);
  const split = classes.map((label) => {
    const all = shuffled(Int32Array.from(byClass.get(label) ?? []), derive(label, 1));
    const pool = shuffled(all.slice(drawings.tuning), derive(seed, 1, label));
    return {
      train: pool.slice(0, count),
      judged:
        judge === "tune"
          ? all.slice(0, drawings.tuning)
          : pool.slice(drawings.train, drawings.train + drawings.test),
    };
  });
  const labelled = (of: Int32Array): Labelled => ({
    x: Float32Array.from(halved(images, of, (sum) => (sum / 4 / 255 - ink.mean) / ink.deviation)),
    shape: [Math.floor(images.height / 2) * Math.floor(images.width / 2)],
    y: Int32Array.from(of, (row) => classes.indexOf(images.labels[row])),
    classes: classes.length,
  });
  const train = shuffled(Int32Array.from(split.flatMap((own) => [...own.train])), derive(seed, 2));
  const both = labelled(train);
  return {
    teacher: both,
    student: both,
    judged: labelled(Int32Array.from(split.flatMap((own) => [...own.judged]))),
  };
}

/** Returns the first rows of some examples. */
export function firstRows(examples: Labelled, count: number): Labelled {
  const width = examples.shape[0];
  return { ...examples, x: examples.x.slice(0, count * width), y: examples.y.slice(0, count) };
}
