export * as estimateFlipRate from "./flip-rate.ts";
export * from "./log-linear.ts";
export * from "./maximin.ts";
