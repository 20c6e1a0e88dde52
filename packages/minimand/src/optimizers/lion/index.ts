export {
  type Constraint,
  constraintViolation,
  decayPenalty,
  fenchelGap,
  frankWolfeGap,
} from "./fenchel-young.ts";
export * from "./lion.ts";
export * from "./lyapunov.ts";
export * from "./monitor.ts";
export * from "./ode.ts";
export * from "./special-cases.ts";
