/** Returns a share of a number, at least `least`. */
export const part = (count: number, fraction: number, least: number): number =>
  Math.max(least, Math.round(count * fraction));
