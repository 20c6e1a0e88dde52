import { extname } from "node:path";
import { UsageError } from "../failure.ts";
import { writeWhole } from "../files/write-whole.ts";
import { loadSharp } from "./load-sharp.ts";
import type { PictureKind } from "./picture-kind.ts";
import type { Raster } from "./raster.ts";

const kinds: Record<string, PictureKind> = {
  ".png": "png",
  ".jpg": "jpeg",
  ".jpeg": "jpeg",
  ".webp": "webp",
};

/** The most pixels on a side that a format has room for; of JPEG, that libjpeg writes. */
const sides: Record<PictureKind, number> = { png: 2 ** 31 - 1, jpeg: 65_500, webp: 16_383 };

/** By a file's name, what a picture is written as. @throws UsageError for other names, and for transparency where JPEG has none */
export function kindToWrite(
  path: string,
  { alpha, width, height }: Pick<Raster, "alpha" | "width" | "height">,
): PictureKind {
  const kind = kinds[extname(path).toLowerCase()];
  if (kind === undefined)
    throw new UsageError(`${path}: expected a name that ends with ${Object.keys(kinds).join(", ")}`);
  if (kind === "jpeg" && alpha !== null)
    throw new UsageError(`${path}: expected .png or .webp for a picture that one sees through, got a JPEG`);
  const side = Math.max(width, height);
  if (side > sides[kind])
    throw new UsageError(
      `${path}: expected .png for a picture of more than ${sides[kind]} pixels on a side, got ${width} x ${height} as ${kind}`,
    );
  return kind;
}

/** Writes a picture, whole or not at all, as the file's name says. PNG keeps all there is, JPEG and WebP lose a little. */
export async function writePicture(path: string, picture: Raster): Promise<void> {
  await writeWhole(path, await encodePicture(picture, kindToWrite(path, picture)));
}

/** A picture as a file's bytes. Numbers outside 0 to 1 are cut to it. */
export async function encodePicture(
  { width, height, channels, data, alpha, depth }: Raster,
  kind: PictureKind,
): Promise<Uint8Array> {
  const sharp = await loadSharp();
  const deep = depth === 16 && kind === "png";
  const most = deep ? 65535 : 255;
  const stored = alpha === null ? channels : channels + 1;
  const pixels = width * height;
  const numbers = deep ? new Uint16Array(pixels * stored) : new Uint8Array(pixels * stored);
  const level = (value: number): number => Math.round(Math.min(1, Math.max(0, value)) * most);
  for (let i = 0; i < pixels; i++) {
    for (let c = 0; c < channels; c++) numbers[i * stored + c] = level(data[i * channels + c]);
    if (alpha !== null) numbers[i * stored + channels] = level(alpha[i]);
  }
  const image = sharp(numbers, {
    raw: { width, height, channels: stored as 1 | 2 | 3 | 4 },
    limitInputPixels: false,
  });
  const space = channels === 1 ? (deep ? "grey16" : "b-w") : deep ? "rgb16" : "srgb";
  const encoded = image.toColourspace(space);
  if (kind === "png") return encoded.png().toBuffer();
  return kind === "jpeg"
    ? encoded.jpeg({ quality: 95, chromaSubsampling: "4:4:4" }).toBuffer()
    : encoded.webp({ quality: 95 }).toBuffer();
}
