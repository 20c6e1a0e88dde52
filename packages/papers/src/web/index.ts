/* What a reproduction in a page has of the browser. */
export { answerReproduction } from "./answer-reproduction.ts";
export { reproduceServed, type ServedRun } from "./reproduce-served.ts";
export { servedAssets, servedData } from "./served-data.ts";
export { type ServedPaper, servedHost } from "./served-host.ts";
