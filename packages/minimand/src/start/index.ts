/* Starts the engine of a program or of a worker, with kernels that are instantiated once. */
export { startEngine } from "./start-engine.ts";
