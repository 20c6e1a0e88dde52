/* Comparisons in a page, and what they have of the browser. */

export { splitNames } from "../../name-list.ts";
export { defaultSettings } from "../../plan/settings.ts";
export * from "../session/index.ts";
export { answerComparison } from "./answer-comparison.ts";
export { answerJobs } from "./answer-jobs.ts";
export { openTrialDatabase } from "./trial-database.ts";
export { startWebPool, type WebPoolOptions } from "./web-pool.ts";
