import { decode } from "fast-png";
import { laplacianSharpness, rmsContrast } from "minimand/metrics";
import type { Shown } from "./scorer.ts";

/** A scorer that likes sharp pictures of high contrast, whatever they show. */
export default function score({ bytes }: Pick<Shown, "bytes">): number {
  const { data, width } = decode(bytes);
  const picture = Float32Array.from(data, (value) => value / 255);
  return Math.sqrt(laplacianSharpness(picture, width)) + rmsContrast(picture);
}
