import type { Dataset } from "@minimand/compare";
import type { Images } from "../reproduction.ts";

/** What a data set of the papers has at least, so that their protocols can draw from it. */
interface KnownSet {
  rows: number;
  /** Classes of a table, exactly; 0 where the target is a number. */
  classes: number;
}

/** Half the rows of the bundled sets, and all their classes. */
const tables: Record<string, KnownSet> = {
  boston_housing: { rows: 253, classes: 0 },
  breast_cancer_wdbc: { rows: 285, classes: 2 },
  churn: { rows: 2500, classes: 2 },
  coil2000_caravan: { rows: 4911, classes: 2 },
  concrete: { rows: 515, classes: 0 },
  diabetes: { rows: 221, classes: 0 },
  digits: { rows: 899, classes: 10 },
  glass: { rows: 107, classes: 6 },
  ionosphere: { rows: 176, classes: 2 },
  letter: { rows: 10_000, classes: 26 },
  musk1: { rows: 238, classes: 2 },
  pima_diabetes: { rows: 384, classes: 2 },
  satellite: { rows: 3218, classes: 6 },
  sonar: { rows: 104, classes: 2 },
  spambase: { rows: 2301, classes: 2 },
  vehicle: { rows: 423, classes: 4 },
  vowel: { rows: 495, classes: 11 },
  wine: { rows: 89, classes: 3 },
};

/** Images of ten classes, 28 x 28 pixels: half of those in the bundled sets. */
const imagesOfTen: Record<string, number> = {
  "fashion-test": 1000,
  "fashion-train": 4000,
  "mnist-test": 1000,
  "mnist-train": 5000,
};

/** Rows of each class: the smallest class of the bundled sets has nine. */
const leastOfClass = 5;

/**
 * Checks that a table under the name of a known set is like it: as many classes, and enough rows of each.
 *
 * @param file for messages
 * @throws RangeError in one line
 */
export function checkKnownTable(name: string, file: string, { task, rows, classes, labels }: Dataset): void {
  if (!Object.hasOwn(tables, name)) return;
  const known = tables[name];
  const expected = known.classes === 0 ? "numbers as target" : `${known.classes} classes`;
  const isNumber = task === "regression";
  if (isNumber !== (known.classes === 0) || classes.length !== known.classes)
    throw refused(file, name, expected, isNumber ? "numbers as target" : `${classes.length} classes`);
  if (rows < known.rows) throw refused(file, name, `at least ${known.rows} rows`, `${rows}`);
  checkClasses(file, name, known.classes, labels);
}

/**
 * Checks that images under the name of a known set are like it: ten classes, enough images of each, and their size.
 *
 * @throws RangeError in one line
 */
export function checkKnownImages(name: string, { count, height, width, labels }: Images): void {
  if (!Object.hasOwn(imagesOfTen, name)) return;
  const [images, classes] = [`${name}-images.idx3.gz`, `${name}-labels.idx1.gz`];
  if (height !== 28 || width !== 28) throw refused(images, name, "28 x 28 pixels", `${height} x ${width}`);
  if (count < imagesOfTen[name])
    throw refused(images, name, `at least ${imagesOfTen[name]} images`, `${count}`);
  const foreign = labels.find((label) => label > 9);
  if (foreign !== undefined) throw refused(classes, name, "labels from 0 to 9", `${foreign}`);
  checkClasses(classes, name, 10, labels);
}

function checkClasses(file: string, name: string, classes: number, labels: ArrayLike<number>): void {
  const counts = new Int32Array(classes);
  for (let i = 0; i < labels.length; i++) counts[labels[i]]++;
  const few = counts.find((count) => count < leastOfClass);
  if (few !== undefined)
    throw refused(file, name, `at least ${leastOfClass} rows of each class`, `${few} of one`);
}

const refused = (file: string, name: string, expected: string, got: string): RangeError =>
  new RangeError(`${file}: expected ${expected}, as the data set ${name} has, got ${got}`);
