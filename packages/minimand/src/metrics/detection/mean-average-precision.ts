import { checkNumber, rangeError } from "../../engine/errors.ts";
import { readOptions } from "../../engine/options.ts";
import { checkBox, type Detection, type LabelledBox, overlap } from "./boxes.ts";

/** Of {@link meanAveragePrecision}. */
export interface MeanAveragePrecisionOptions {
  /** Intersection over union from which on a box counts as found, in (0, 1]; default 0.5. */
  iou?: number;
}

/** What {@link meanAveragePrecision} finds. */
export interface MeanAveragePrecision {
  /** Over the classes that have objects. */
  mean: number;
  /** By class id. */
  perClass: Map<number, number>;
}

/**
 * Mean average precision of detections: with the default `iou` it is AP50.
 *
 * Detections of a class, over all pictures, by falling score: one is right if of its picture's objects of that class the one it
 * overlaps most is overlapped by `iou` at least, and was found by none before it. With the precision `p(r)` at the recall r that is reached,
 * `AP = integral of max_{r' >= r} p(r')` over all r from 0 to 1, all points of it. Of equal scores the earlier picture comes first.
 *
 * @param found detections of each picture
 * @param truth objects of each picture, in the same order
 * @param options `iou`
 * @returns the mean over the classes that have objects, from 0 to 1, and the values of these classes
 * @throws RangeError for another number of pictures, no objects at all, boxes without an area, a label that is no class id, and a
 *   score that is NaN
 * @example
 * const cat = { label: 0, left: 0, top: 0, right: 10, bottom: 10 }
 * const dog = { label: 1, left: 5, top: 5, right: 9, bottom: 9 }
 * meanAveragePrecision([[{ ...cat, score: 0.9 }]], [[cat, dog]]).mean // 0.5
 * @see Everingham et al. 2010, The Pascal Visual Object Classes (VOC) Challenge, section 4.2; all points: the development kit since 2010
 */
export function meanAveragePrecision(
  found: readonly (readonly Detection[])[],
  truth: readonly (readonly LabelledBox[])[],
  options: MeanAveragePrecisionOptions = {},
): MeanAveragePrecision {
  const { iou } = readOptions("meanAveragePrecision", options, { iou: [0.5, { above: 0, max: 1 }] });
  if (found.length !== truth.length)
    throw rangeError("found", `${truth.length} pictures, as many as truth`, found.length);
  checkAll("truth", truth);
  checkAll("found", found);
  for (const [i, own] of found.entries())
    for (const [k, { score }] of own.entries())
      if (Number.isNaN(score)) throw rangeError(`found[${i}][${k}].score`, "a number", score);
  const labels = [...new Set(truth.flat().map(({ label }) => label))].toSorted((a, b) => a - b);
  if (labels.length === 0) throw rangeError("truth", "at least one object", "none");
  const perClass = new Map(
    labels.map((label) => [label, averagePrecisionOf(ofClass(found, label), ofClass(truth, label), iou)]),
  );
  return { mean: [...perClass.values()].reduce((a, b) => a + b, 0) / labels.length, perClass };
}

function checkAll(name: string, pictures: readonly (readonly LabelledBox[])[]): void {
  for (const [i, own] of pictures.entries())
    for (const [k, box] of own.entries()) {
      checkBox(`${name}[${i}][${k}]`, box);
      checkNumber(`${name}[${i}][${k}].label`, box.label, { min: 0, integer: true });
    }
}

const ofClass = <B extends LabelledBox>(pictures: readonly (readonly B[])[], label: number): B[][] =>
  pictures.map((own) => own.filter((box) => box.label === label));

/** Of one class, which has objects. */
function averagePrecisionOf(
  found: readonly (readonly Detection[])[],
  truth: readonly (readonly LabelledBox[])[],
  iou: number,
): number {
  const objects = truth.flat().length;
  const taken = truth.map((own) => own.map(() => false));
  const ordered = found
    .flatMap((own, picture) => own.map((box) => ({ box, picture })))
    .sort((a, b) => b.box.score - a.box.score);
  const [precisions, recalls]: [number[], number[]] = [[], []];
  let right = 0;
  for (const [i, { box, picture }] of ordered.entries()) {
    const overlaps = truth[picture].map((object) => overlap(box, object));
    const most = overlaps.indexOf(Math.max(...overlaps));
    if (overlaps[most] >= iou && !taken[picture][most]) {
      taken[picture][most] = true;
      right++;
    }
    precisions.push(right / (i + 1));
    recalls.push(right / objects);
  }
  let [area, best] = [0, 0];
  for (let i = precisions.length - 1; i >= 0; i--) {
    best = Math.max(best, precisions[i]);
    area += best * (recalls[i] - (recalls[i - 1] ?? 0));
  }
  return area;
}
