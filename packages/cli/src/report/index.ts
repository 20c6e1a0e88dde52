export { renderReport } from "./comparison.ts";
export { renderReproduction } from "./reproduction.ts";
