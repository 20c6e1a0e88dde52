/* Starts the engine of a program or of a worker, and makes it quick. */
export { startEngine } from "./start-engine.ts";
