/**
 * For authors of losses, optimizers, steps and learners: checks and errors, stable numerics, derivatives, trees and seeds. Who owns an
 * array, and when to write `.ref`, is in docs/ownership.md; the engine's traps are in docs/architecture.md.
 */
export * from "./checks.ts";
export * from "./compile.ts";
export * from "./differentiate.ts";
export * from "./exact-numbers.ts";
export * from "./expit.ts";
export * from "./forward.ts";
export * from "./numerics.ts";
export * from "./options.ts";
export * from "./parameter.ts";
export * from "./parse-json.ts";
export * from "./random.ts";
export * from "./suggest.ts";
export * from "./surrogate.ts";
export * from "./text-lines.ts";
export * from "./tree.ts";
