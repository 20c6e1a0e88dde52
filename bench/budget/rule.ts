/**
 * The rule, written on 2026-11-27 before the first replay that counts: in every one of `times` replays on each speed of machine a
 * comparison ends within 1.1 times its budget, and the first time left that it shows is within a factor of 2 of the truth.
 */
export const rule = { times: 6, end: 1.1, left: 2 } as const;
