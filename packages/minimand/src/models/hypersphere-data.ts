import { checkNumber, rangeError, typeError } from "../engine/errors.ts";

/** A {@link HypersphereClassifier} as plain data, which survives JSON. */
export interface HypersphereData {
  format: "minimand.hypersphere/1";
  classNames: string[];
  /** The unit vector of each class. */
  directions: number[][];
  /** The first so many classes were trained; the others were added. */
  trainedClasses: number;
  scale: number;
  novelBias: number;
  /** Inputs whose best cosine is below it are rejected; null: none is. */
  minimalCosine: number | null;
}

/** Throws where data can't be those of a {@link HypersphereClassifier}: another format, lengths, norms or settings. */
export function checkHypersphereData(data: HypersphereData): void {
  if (data?.format !== "minimand.hypersphere/1")
    throw rangeError("data.format", '"minimand.hypersphere/1"', data?.format);
  const { classNames, directions, trainedClasses, scale, novelBias, minimalCosine } = data;
  if (!Array.isArray(directions) || directions.length === 0)
    throw rangeError("data.directions", "a unit vector for each of one or more classes", directions);
  if (!Array.isArray(classNames) || classNames.length !== directions.length)
    throw rangeError("classNames", `${directions.length} names`, classNames);
  classNames.forEach((name, i) => {
    if (typeof name !== "string" || name === "")
      throw typeError(`classNames[${i}]`, "a string that is not empty", name);
    if (classNames.indexOf(name) !== i) throw rangeError(`classNames[${i}]`, "a name not yet used", name);
  });
  directions.forEach((direction, i) => {
    if (!Array.isArray(direction) || direction.length !== directions[0].length)
      throw rangeError(`data.directions[${i}]`, `${directions[0].length} numbers`, direction);
    const square = direction.reduce((s, v) => s + v * v, 0);
    if (!(Math.abs(square - 1) < 1e-5))
      throw rangeError(`data.directions[${i}]`, "unit norm", Math.sqrt(square));
  });
  checkNumber("data.trainedClasses", trainedClasses, { min: 0, max: directions.length, integer: true });
  checkNumber("scale", scale, { above: 0 });
  checkNumber("data.novelBias", novelBias);
  if (minimalCosine !== null) checkNumber("data.minimalCosine", minimalCosine, { min: -1, max: 1 });
}
