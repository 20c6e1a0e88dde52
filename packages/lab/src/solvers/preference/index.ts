export * as estimateFlipRate from "./flip-rate.ts";
export * from "./log-linear.ts";
export { marginScale } from "./margin-scale.ts";
export * from "./maximin.ts";
