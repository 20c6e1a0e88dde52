import { derive, randomSource } from "minimand/engine";
import { halved, range, shuffled } from "../../kit/rows.ts";
import type { Images } from "../../reproduction.ts";
import { rotated } from "./settings.ts";

/** Draws images by the seed, each turned anticlockwise by an angle in degrees, which is to be predicted; grey levels, at half the height and width. */
export function rotatedDigits(images: Images, seed: number): { x: Float32Array; angles: Float64Array } {
  const chosen = shuffled(images.count, derive(seed, 5)).slice(0, rotated.count);
  const random = randomSource(derive(seed, 6));
  const angles = Float64Array.from(chosen, () => rotated.degrees * (2 * random() - 1));
  const size = images.height * images.width;
  const pixels = new Uint8Array(chosen.length * size);
  chosen.forEach((image, i) => {
    pixels.set(turned(images, image, (angles[i] * Math.PI) / 180), i * size);
  });
  return { x: Float32Array.from(halved({ ...images, pixels }, range(chosen.length))), angles };
}

/** Turns one image about its middle: interpolates between the nearest four pixels, 0 beyond the border. */
function turned({ pixels, height, width }: Images, image: number, angle: number): Float64Array {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const [middleRow, middleColumn] = [(height - 1) / 2, (width - 1) / 2];
  const at = (row: number, column: number): number =>
    row < 0 || row >= height || column < 0 || column >= width
      ? 0
      : pixels[(image * height + row) * width + column];
  return Float64Array.from({ length: height * width }, (_, place) => {
    const [down, right] = [Math.floor(place / width) - middleRow, (place % width) - middleColumn];
    const [r, c] = [middleRow + cos * down + sin * right, middleColumn + cos * right - sin * down];
    const [row, column] = [Math.floor(r), Math.floor(c)];
    const [below, beside] = [r - row, c - column];
    return (
      (1 - below) * ((1 - beside) * at(row, column) + beside * at(row, column + 1)) +
      below * ((1 - beside) * at(row + 1, column) + beside * at(row + 1, column + 1))
    );
  });
}
