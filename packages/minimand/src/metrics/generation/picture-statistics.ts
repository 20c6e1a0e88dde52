import { checkNumber, rangeError } from "../../engine/errors.ts";
import { checkFinite } from "../checks.ts";
import { deviation, mean } from "../moments.ts";

/**
 * How colourful a picture is: spread and size of its colours' differences from grey.
 *
 * `sqrt(sd_rg^2 + sd_yb^2) + 0.3 sqrt(mean_rg^2 + mean_yb^2)` with `rg = R - G`, `yb = (R + G) / 2 - B`; 0 for grey.
 *
 * @param rgb red, green and blue of each pixel one after the other, of any scale, which is the result's
 * @throws RangeError for no pixels, numbers that aren't three a pixel or not finite
 * @example
 * colourfulness([1, 0, 0, 0, 0, 1]) // 1.0691
 * @see Hasler, Suesstrunk 2003, Measuring colourfulness in natural images, section 4
 */
export function colourfulness(rgb: ArrayLike<number>): number {
  const pixels = pixelsOf(rgb);
  const redGreen = pixels.map(([r, g]) => r - g);
  const yellowBlue = pixels.map(([r, g, b]) => (r + g) / 2 - b);
  const spread = Math.hypot(deviation(redGreen), deviation(yellowBlue));
  return spread + 0.3 * Math.hypot(mean(redGreen), mean(yellowBlue));
}

/**
 * The contrast of a picture: the standard deviation of its luma, `0.299 R + 0.587 G + 0.114 B`.
 *
 * @param rgb as of {@link colourfulness}
 * @throws RangeError as {@link colourfulness}
 * @example
 * rmsContrast([0, 0, 0, 1, 1, 1]) // 0.5
 * @see Peli 1990, Contrast in complex images, equation (1)
 */
export function rmsContrast(rgb: ArrayLike<number>): number {
  return deviation(lumaOf(rgb));
}

/**
 * The sharpness of a picture: the variance of the Laplacian of its luma, at all pixels that have four neighbours.
 *
 * @param rgb as of {@link colourfulness}, row by row
 * @param width of a row, in pixels; both sides at least 3
 * @throws RangeError as {@link colourfulness}, and for rows that are of no such width
 * @example
 * const edge = [0, 0, 1, 1].flatMap((v) => [v, v, v])
 * laplacianSharpness([...edge, ...edge, ...edge], 4) // 1
 * @see Pech-Pacheco et al. 2000, Diatom autofocusing in brightfield microscopy
 */
export function laplacianSharpness(rgb: ArrayLike<number>, width: number): number {
  const luma = lumaOf(rgb);
  const height = checkWidth(luma, width, 3);
  const laplacian: number[] = [];
  for (let y = 1; y < height - 1; y++)
    for (let x = 1; x < width - 1; x++) {
      const at = y * width + x;
      laplacian.push(luma[at - 1] + luma[at + 1] + luma[at - width] + luma[at + width] - 4 * luma[at]);
    }
  return deviation(laplacian) ** 2;
}

/**
 * How near the middle of a picture is what stands out from it: 1 in the middle, 0 in a corner.
 *
 * `1 - |c| / sqrt(2)`, `c` the centre of mass of saliency in coordinates from -1 to 1; saliency is the distance of a pixel's colour from
 * the mean colour of the picture's border. 1 where nothing stands out.
 *
 * @param rgb as of {@link colourfulness}, row by row
 * @param width of a row, in pixels; both sides at least 3
 * @throws RangeError as {@link laplacianSharpness}
 * @example
 * const dot = (at: number) => Array.from({ length: 27 }, (_, i) => (Math.floor(i / 3) === at ? 1 : 0))
 * saliencyCentring(dot(4), 3) // 1
 * @see Achanta et al. 2009, Frequency-tuned salient region detection, equation (1), which takes the mean colour of the whole picture
 */
export function saliencyCentring(rgb: ArrayLike<number>, width: number): number {
  const pixels = pixelsOf(rgb);
  const height = checkWidth(pixels, width, 3);
  const place = (at: number): [number, number] => [at % width, Math.floor(at / width)];
  const border = pixels.filter((_, at) => {
    const [x, y] = place(at);
    return x === 0 || y === 0 || x === width - 1 || y === height - 1;
  });
  const around = [0, 1, 2].map((c) => mean(border.map((pixel) => pixel[c])));
  let [total, alongX, alongY] = [0, 0, 0];
  for (const [at, pixel] of pixels.entries()) {
    const saliency = Math.hypot(...pixel.map((v, c) => v - around[c]));
    const [x, y] = place(at);
    total += saliency;
    alongX += saliency * ((2 * x) / (width - 1) - 1);
    alongY += saliency * ((2 * y) / (height - 1) - 1);
  }
  return total === 0 ? 1 : 1 - Math.hypot(alongX, alongY) / total / Math.SQRT2;
}

type Pixel = [red: number, green: number, blue: number];

function pixelsOf(rgb: ArrayLike<number>): Pixel[] {
  const count = rgb.length / 3;
  if (!Number.isInteger(count) || count === 0) throw rangeError("rgb", "three numbers a pixel", rgb);
  checkFinite("rgb", rgb);
  return Array.from({ length: count }, (_, i) => [rgb[3 * i], rgb[3 * i + 1], rgb[3 * i + 2]]);
}

function lumaOf(rgb: ArrayLike<number>): number[] {
  return pixelsOf(rgb).map(([r, g, b]) => 0.299 * r + 0.587 * g + 0.114 * b);
}

/** The picture's height; throws unless rows of that width make one. */
function checkWidth(pixels: ArrayLike<unknown>, width: number, least: number): number {
  checkNumber("width", width, { min: least, integer: true });
  const height = pixels.length / width;
  if (!Number.isInteger(height) || height < least)
    throw rangeError("rgb", `at least ${least} rows of ${width} pixels`, pixels.length);
  return height;
}
