export * from "./keep-state.ts";
export * from "./save-state.ts";
