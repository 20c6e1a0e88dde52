import type { ShapeName } from "../interfaces.ts";

/** Half planes, circles and boxes around the origin: negative inside. */
const circle = (u: number, v: number, radius: number): number => Math.hypot(u, v) - radius;
const box = (u: number, v: number, halfWidth: number, halfHeight: number): number =>
  Math.max(Math.abs(u) - halfWidth, Math.abs(v) - halfHeight);

/** An upright triangle: its tip at (0, top), its base from -halfWidth to halfWidth at `bottom`. */
function triangle(u: number, v: number, top: number, bottom: number, halfWidth: number): number {
  const height = bottom - top;
  const side = (Math.abs(u) * height - (v - top) * halfWidth) / Math.hypot(height, halfWidth);
  return Math.max(side, v - bottom);
}

function star(u: number, v: number): number {
  const arms = 5;
  const sector = (2 * Math.PI) / arms;
  const angle = Math.atan2(u, -v);
  // 0 along an arm, 1 between two.
  const between = Math.abs(angle / sector - Math.round(angle / sector)) * 2;
  return (Math.hypot(u, v) - (1.1 - 0.72 * between ** 0.75)) * 0.8;
}

/** Bounds of the distance to a shape of radius about 1 around the origin, y down: negative inside, with a slope of about 1. */
export const distances: Readonly<Record<ShapeName, (u: number, v: number) => number>> = {
  ball: (u, v) => circle(u, v, 0.9),
  box: (u, v) => box(u, v, 0.85, 0.85),
  cone: (u, v) => triangle(u, v, -1.1, 0.85, 0.95),
  tree: (u, v) => Math.min(circle(u, v + 0.35, 0.7), box(u, v - 0.65, 0.2, 0.45)),
  house: (u, v) => Math.min(box(u, v - 0.4, 0.65, 0.5), triangle(u, v, -1.1, -0.05, 1.05)),
  star,
  ring: (u, v) => Math.abs(circle(u, v, 0.72)) - 0.27,
  moon: (u, v) => Math.max(circle(u, v, 1), 0.78 - Math.hypot(u - 0.55, v + 0.1)),
};
