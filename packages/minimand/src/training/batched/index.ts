export type * from "./options.ts";
export * from "./train-all.ts";
