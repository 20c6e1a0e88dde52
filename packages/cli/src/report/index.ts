export { renderReport } from "./comparison/comparison.ts";
export { renderReproduction } from "./reproduction.ts";
