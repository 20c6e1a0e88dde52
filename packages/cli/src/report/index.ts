export { renderReport } from "./html.ts";
export { renderReproduction } from "./reproduction.ts";
