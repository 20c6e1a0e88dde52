import type { Picture, Scene } from "../interfaces.ts";
import { distances } from "./distance.ts";

/** Pixels along a side. */
export const side = 16;
/** Numbers of a picture. */
export const pictureSize = side * side * 3;

/**
 * Renders a scene: a shape as a soft mask `sigmoid(-edge distance)` before a background that runs from sky to ground, lit as a
 * dome by Lambert's law. Then come saturation, contrast, warmth and vignette of the whole. The same scene gives the same picture.
 */
export function renderScene(scene: Scene): Picture {
  const picture = new Float32Array(pictureSize);
  for (let row = 0; row < side; row++)
    for (let column = 0; column < side; column++) {
      const px = (2 * (column + 0.5)) / side - 1;
      const py = (2 * (row + 0.5)) / side - 1;
      picture.set(pixelOf(scene, px, py), 3 * (row * side + column));
    }
  return picture;
}

/** A picture's colour at a point of [-1, 1] x [-1, 1]. */
function pixelOf(scene: Scene, px: number, py: number): number[] {
  const { shape, colour, x, y, size, sky, ground, edge, texture, waves, beam } = scene;
  const [u, v] = [(px - x) / size, (py - y) / size];
  const mask = 1 / (1 + Math.exp(edge * size * distances[shape](u, v)));
  const surface = shadeOf(scene, u, v) * (1 + texture * Math.sin(Math.PI * waves * (px + 0.6 * py)));
  const down = (py + 1) / 2;
  const rays = beam * Math.exp(-(((px - x) / 0.3) ** 2));
  const mixed = colour.map((c, k) => {
    const behind = sky[k] + (ground[k] - sky[k]) * down;
    return (behind + rays * (1 - behind)) * (1 - mask) + c * surface * mask;
  });
  return graded(scene, mixed, px, py);
}

/** Lambert's law on a dome, as a factor around 1. */
function shadeOf({ light, lightAngle }: Scene, u: number, v: number): number {
  const up = Math.sqrt(Math.max(0, 1 - u * u - v * v));
  const facing = 0.75 * (u * Math.cos(lightAngle) + v * Math.sin(lightAngle)) + 0.65 * up;
  return 1 - light + light * (0.35 + 0.85 * Math.max(0, facing));
}

/** Saturation, contrast, warmth and vignette. */
function graded(
  { saturation, contrast, vignette, warmth }: Scene,
  colour: number[],
  px: number,
  py: number,
): number[] {
  const luma = 0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2];
  const shifts = [0.16 * warmth, 0.03 * warmth, -0.16 * warmth];
  const corner = 1 - (vignette * (px * px + py * py)) / 2;
  return colour.map((c, k) => {
    const saturated = luma + (c - luma) * saturation;
    const value = (0.5 + (saturated - 0.5) * contrast + shifts[k]) * corner;
    return Math.min(1, Math.max(0, value));
  });
}
