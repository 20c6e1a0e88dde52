import { rangeError } from "../../engine/errors.ts";

/** A rectangle of a picture, in pixels: `x` to the right, `y` downwards, from the upper left corner. */
export interface BoundingBox {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** A box around an object of a class. */
export interface LabelledBox extends BoundingBox {
  /** Class id. */
  label: number;
}

/** A box that was found. */
export interface Detection extends LabelledBox {
  /** Higher means surer; only the order counts. */
  score: number;
}

/**
 * Intersection over union of two boxes.
 *
 * `|A and B| / |A or B|`
 *
 * @returns a number from 0 (apart) to 1 (the same box)
 * @throws RangeError for a side that is no finite number, and a box whose right or bottom doesn't lie behind its left or top
 * @example
 * boxIoU({ left: 0, top: 0, right: 2, bottom: 2 }, { left: 1, top: 0, right: 3, bottom: 2 }) // 0.3333
 * @see Everingham et al. 2010, The Pascal Visual Object Classes (VOC) Challenge, section 4.2
 */
export function boxIoU(a: BoundingBox, b: BoundingBox): number {
  checkBox("a", a);
  checkBox("b", b);
  return overlap(a, b);
}

/** {@link boxIoU} of boxes that were checked. */
export function overlap(a: BoundingBox, b: BoundingBox): number {
  const width = Math.min(a.right, b.right) - Math.max(a.left, b.left);
  const height = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
  if (width <= 0 || height <= 0) return 0;
  const both = width * height;
  return both / (areaOf(a) + areaOf(b) - both);
}

const areaOf = ({ left, top, right, bottom }: BoundingBox): number => (right - left) * (bottom - top);

/** Throws unless the box has finite sides and an area. */
export function checkBox(name: string, box: BoundingBox): void {
  for (const side of ["left", "top", "right", "bottom"] as const)
    if (!Number.isFinite(box?.[side])) throw rangeError(`${name}.${side}`, "a finite number", box?.[side]);
  if (!(box.right > box.left)) throw rangeError(`${name}.right`, `more than left, ${box.left}`, box.right);
  if (!(box.bottom > box.top)) throw rangeError(`${name}.bottom`, `more than top, ${box.top}`, box.bottom);
}
