export { behavioursOf } from "./behaviours-of.ts";
export { meanRoc } from "./mean-roc.ts";
export { metricsOfRows } from "./metrics-of-rows.ts";
