import type { Metadata, Sharp } from "sharp";
import { messageOf } from "../error-text.ts";
import { UsageError } from "../failure.ts";
import { readBytes } from "../files/read-bytes.ts";
import { loadSharp } from "./load-sharp.ts";
import { pictureKind } from "./picture-kind.ts";
import type { Raster } from "./raster.ts";

/** The most pixels of a picture: a file of some kilobytes can claim to have any number of them. */
const mostPixels = 2 ** 26;

/**
 * Reads a PNG, JPEG or WebP file, turned as its EXIF orientation says. Colours of another space (CMYK, or by a profile) become
 * sRGB, a palette its colours; grey stays grey, and 16 bits stay 16.
 *
 * @throws UsageError which names the file, for what isn't whole, moves, or has more than {@link mostPixels}; errors of the
 *   operating system
 */
export async function readPicture(path: string): Promise<Raster> {
  return decodePicture((await readBytes(path, path)).bytes, path);
}

/** {@link readPicture} of a file's bytes. @param from what gave them, for errors */
export async function decodePicture(bytes: Uint8Array, from: string): Promise<Raster> {
  const kind = pictureKind(bytes, from);
  const sharp = await loadSharp();
  const open = (): Sharp => sharp(bytes, { limitInputPixels: false });
  const found = await orRefusal(open().metadata(), kind, from);
  checkFound(found, from);
  const isGrey = found.space === "b-w" || found.space === "grey16";
  const depth = found.depth === "ushort" ? 16 : 8;
  const channels = isGrey ? 1 : 3;
  // Of 8 bits in grey the decoder would drop transparency.
  const asGrey = isGrey && !(found.hasAlpha && depth === 8);
  const space = asGrey ? (depth === 16 ? "grey16" : "b-w") : depth === 16 ? "rgb16" : "srgb";
  const decoded = await orRefusal(
    open()
      .autoOrient()
      .toColourspace(space)
      .raw({ depth: depth === 16 ? "ushort" : "uchar" })
      .toBuffer({ resolveWithObject: true }),
    kind,
    from,
  );
  const { width, height, channels: stored } = decoded.info;
  const numbers =
    depth === 16
      ? new Uint16Array(decoded.data.buffer, decoded.data.byteOffset, decoded.data.length / 2)
      : decoded.data;
  const data = new Float32Array(width * height * channels);
  const alpha = stored % 2 === 0 ? new Float32Array(width * height) : null;
  const most = 2 ** depth - 1;
  for (let i = 0; i < width * height; i++) {
    for (let c = 0; c < channels; c++) data[i * channels + c] = numbers[i * stored + c] / most;
    if (alpha !== null) alpha[i] = numbers[(i + 1) * stored - 1] / most;
  }
  const isOpaque = alpha === null || alpha.every((value) => value === 1);
  return { width, height, channels, data, alpha: isOpaque ? null : alpha, depth };
}

function checkFound({ width, height, pages = 1 }: Metadata, from: string): void {
  if (width * height > mostPixels)
    throw new UsageError(
      `${from}: expected at most ${Math.floor(mostPixels / 1e6)} million pixels, got ${width} x ${height}`,
    );
  if (pages > 1) throw new UsageError(`${from}: expected a picture without animation, got ${pages} of them`);
}

/** Everything that the decoder finds wrong is the file's fault. */
async function orRefusal<T>(work: Promise<T>, kind: string, from: string): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const reason = messageOf(error).replace(/^Input buffer (has|contains) |:$/g, "");
    throw new UsageError(
      `${from}: expected a whole ${kind.toUpperCase()} picture, got a damaged one (${reason})`,
    );
  }
}
