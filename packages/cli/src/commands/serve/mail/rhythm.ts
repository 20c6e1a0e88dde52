/** How often someone wants to hear: at most once a day, or once a week. */
export const rhythms = ["daily", "weekly"] as const;
export type Rhythm = (typeof rhythms)[number];
