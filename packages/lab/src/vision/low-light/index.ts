export * from "./illumination.ts";
export * from "./linear-light.ts";
export * from "./low-light.ts";
export * from "./sensor-noise.ts";
