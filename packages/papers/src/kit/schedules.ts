/** Share of the learning rate at an epoch of all. */
export type Schedule = (epoch: number, epochs: number) => number;

/** Returns a half cosine down to 0. */
export const cosine: Schedule = (epoch, epochs) => (1 + Math.cos((Math.PI * epoch) / epochs)) / 2;

/** Returns a straight line down to 0. */
export const linear: Schedule = (epoch, epochs) => 1 - epoch / epochs;

/** Shares from parts of the epochs on: `stepped([0.5, 0.1], [0.75, 0.01])` trains the second half at a tenth or less. */
export const stepped =
  (...falls: [from: number, share: number][]): Schedule =>
  (epoch, epochs) =>
    falls.findLast(([from]) => epoch >= from * epochs)?.[1] ?? 1;
