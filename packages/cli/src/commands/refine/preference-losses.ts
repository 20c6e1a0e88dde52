/** Losses that a refiner can learn preferences by. */
export const preferenceLosses = ["rdpo", "rpo"] as const;

/** Its name on the command line. */
export type PreferenceLossName = (typeof preferenceLosses)[number];
