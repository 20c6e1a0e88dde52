import { colourfulness, laplacianSharpness, rmsContrast, saliencyCentring } from "minimand/metrics";
import { deviation, mean } from "../../../kit/statistics.ts";
import type { Picture } from "../interfaces.ts";
import { side } from "../world/index.ts";

const statistics = [
  (picture: Picture) => colourfulness(picture),
  (picture: Picture) => rmsContrast(picture),
  // A variance: its root is of the scale of the others.
  (picture: Picture) => Math.sqrt(laplacianSharpness(picture, side)),
  (picture: Picture) => saliencyCentring(picture, side),
];

/** How a picture looks, relative to pictures of fine prompts. */
export interface Looks {
  /** Mean of the statistics' distances to theirs in standard deviations. */
  score: number;
  /** Mean of the statistics as shares of theirs; 1 for a picture like them. */
  share: number;
}

/** Judges pictures by statistics that look at no text. */
export function aestheticsOf(finePictures: readonly Picture[]): (picture: Picture) => Looks {
  const scales = statistics.map((of) => {
    const values = finePictures.map(of);
    return { of, mean: mean(values), deviation: deviation(values) };
  });
  return (picture) => {
    const values = scales.map(({ of, ...scale }) => ({ value: of(picture), ...scale }));
    return {
      score: mean(values.map(({ value, mean, deviation }) => (value - mean) / deviation)),
      share: mean(values.map(({ value, mean }) => value / mean)),
    };
  };
}
