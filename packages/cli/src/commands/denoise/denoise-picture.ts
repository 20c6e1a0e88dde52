import {
  type FilterName,
  filterReach,
  filters,
  type Light,
  lightOf,
  photographOf,
  psnr,
  type SpeckleRemover,
  ssim,
  widthFor,
} from "@minimand/papers/denoising";
import type { Raster } from "../../pictures/raster.ts";
import { hear } from "../../run/interruptible.ts";
import type { MethodResult } from "./denoise-file.ts";

/** A picture by one method. */
export interface Denoised extends MethodResult {
  picture: Raster;
}

/** Rows that a filter makes before the event loop has its turn. */
const band = 64;

/**
 * Takes noise that multiplies from a picture, each channel for itself, by the network and, where asked for, by the usual filters.
 *
 * Each channel of linear light is one that noise multiplies, whether all have the same noise or each its own; of luminance that is true for the same
 * noise alone. Transparency stays as it is.
 *
 * @param options `compared`: whether the usual filters are wanted; `clean`: what the picture was, for numbers; `onProgress`
 * @throws the signal's reason
 */
export async function denoisePicture(
  noisy: Raster,
  level: number,
  remover: SpeckleRemover,
  {
    compared,
    clean,
    signal,
    onProgress,
  }: {
    compared: boolean;
    clean: Raster | null;
    signal: AbortSignal;
    onProgress(done: number, total: number): void;
  },
): Promise<Denoised[]> {
  const channels = lightOf(noisy);
  const bands = Math.ceil(noisy.height / band);
  const total = channels.length * (remover.tiles(noisy) + (compared ? 2 * bands : 0));
  let done = 0;
  const turn = (): Promise<void> => {
    onProgress(++done, total);
    return hear(signal);
  };
  const result = async (
    method: MethodResult["method"],
    width: number | null,
    lights: readonly Light[] | null,
  ): Promise<Denoised> => {
    const picture = lights === null ? noisy : rounded({ ...noisy, ...photographOf(lights) });
    const ratio = clean === null ? null : psnr(picture, clean);
    return {
      // Widths are kept in float32: 0.7, not 0.699999988.
      method,
      width: width && Number(width.toPrecision(6)),
      picture,
      psnr: ratio === null || ratio === Infinity ? null : ratio,
      ssim: clean === null ? null : await ssim(picture, clean, () => hear(signal)),
    };
  };
  const results = [await result("as it is", null, null)];
  for (const filter of compared ? (["gaussian", "median"] as const) : []) {
    const width = widthFor(remover.widths, filter, level);
    const lights: Light[] = [];
    for (const light of channels) lights.push(await filtered(light, filter, width, turn));
    results.push(await result(filter, width, lights));
  }
  const lights: Light[] = [];
  for (const light of channels) lights.push(await remover.remove(light, level, turn));
  results.push(await result("network", null, lights));
  return results;
}

/** A picture as its file will have it. */
function rounded(picture: Raster): Raster {
  const most = 2 ** picture.depth - 1;
  return { ...picture, data: picture.data.map((value) => Math.round(value * most) / most) };
}

/** A filter band by band, each with the rows around it that it depends on. */
async function filtered(
  { width, height, values }: Light,
  filter: FilterName,
  size: number,
  turn: () => Promise<void>,
): Promise<Light> {
  const reach = filterReach[filter](size);
  const out = new Float32Array(values.length);
  for (let top = 0; top < height; top += band) {
    const [from, to] = [Math.max(0, top - reach), Math.min(height, top + band + reach)];
    const rows = { width, height: to - from, values: values.subarray(from * width, to * width) };
    const made = filters[filter](rows, size).values;
    const end = Math.min(height, top + band);
    out.set(made.subarray((top - from) * width, (end - from) * width), top * width);
    await turn();
  }
  return { width, height, values: out };
}
