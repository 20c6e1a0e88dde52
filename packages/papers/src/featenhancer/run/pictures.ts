import type { PictureRow } from "../../reproduction.ts";
import { arms } from "./arms.ts";
import { scene } from "./settings.ts";
import type { Shown, TrainedResult } from "./trial.ts";

const { side } = scene;
const pixels = side * side;
/** The background, and the classes in their order. */
const colours = [
  [24, 24, 24],
  [86, 180, 233],
  [230, 159, 0],
  [0, 158, 115],
] as const;

/** Grey levels from the darkest to the brightest one: what stands before a head gives no pictures to look at as they are. */
function stretched(levels: readonly number[]): number[] {
  const [least, most] = [Math.min(...levels), Math.max(...levels)];
  return levels.flatMap((level) => {
    const grey = most > least ? Math.round((255 * (level - least)) / (most - least)) : 0;
    return [grey, grey, grey];
  });
}

const coloured = (classes: readonly number[]): number[] => classes.flatMap((k) => [...colours[k]]);

/** A line for each canvas: in the light, the truth, in the dark, and of each arm what its head sees and says. */
export function picturesOf(results: ReadonlyMap<string, readonly TrainedResult[]>): PictureRow[] {
  const own = arms.flatMap(({ id, label, longer, kind }): { label: string; shown: Shown }[] => {
    const shown = results.get(id)?.find((result) => result.shown !== null)?.shown;
    return shown === undefined || shown === null || longer || kind === "light" ? [] : [{ label, shown }];
  });
  if (own.length === 0) return [];
  const count = own[0].shown.truth.length / pixels;
  return Array.from({ length: count }, (_, i): PictureRow => {
    const at = (values: readonly number[]): number[] => values.slice(i * pixels, (i + 1) * pixels);
    const [{ shown }] = own;
    return {
      name: `Canvas ${i + 1}, each picture from its darkest to its brightest level (trouser blue, sneaker orange, bag green)`,
      width: side,
      pictures: [
        { caption: "in the light", rgb: stretched(at(shown.clean)) },
        { caption: "truth", rgb: coloured(at(shown.truth)) },
        ...own.flatMap(({ label, shown: { seen, said } }) => [
          { caption: `${label}: what the head sees`, rgb: stretched(at(seen)) },
          { caption: `${label}: what it says`, rgb: coloured(at(said)) },
        ]),
      ],
    };
  });
}
