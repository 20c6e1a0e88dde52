/* What a comparison in a page has of the browser. */
export { answerComparison } from "./answer-comparison.ts";
export { answerJobs } from "./answer-jobs.ts";
export { openTrialDatabase } from "./trial-database.ts";
export { startWebPool, type WebPoolOptions } from "./web-pool.ts";
