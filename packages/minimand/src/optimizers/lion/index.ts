export {
  constraintViolation,
  decayPenalty,
  fenchelGap,
  frankWolfeGap,
  type LionConstraint,
} from "./fenchel-young.ts";
export * from "./lion.ts";
export * from "./lyapunov.ts";
export * from "./monitor.ts";
export * from "./ode.ts";
export * from "./special-cases.ts";
