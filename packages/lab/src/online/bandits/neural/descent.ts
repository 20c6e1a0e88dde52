import { checkChoice, checkNumber } from "minimand/engine";
import { checkSchedule } from "./schedule.ts";

/** Gradient descent on one vector of parameters: plain, with momentum, or Adam. */
export type DescentOptions =
  | { kind: "sgd"; momentum?: number }
  | { kind: "adam"; beta1?: number; beta2?: number; eps?: number };

/**
 * A constant step size, or one that falls with the updates t = 1, 2, ...: `initial / u` (`inverse`) or `initial / sqrt(u)`
 * (`inverse-sqrt`), `u = 1 + (t - 1) / delay`; `delay` > 0, default 1: `initial / t`. The theory's `4 / (mu t)` begins with
 * steps that diverge; a delay keeps them at `initial` for a while.
 */
export type StepSize = number | { kind: "inverse" | "inverse-sqrt"; initial: number; delay?: number };

/** Returns the step size of update t, counted from 1. */
export function stepSizeAt(size: StepSize, t: number): number {
  if (typeof size === "number") return size;
  const { kind, initial, delay = 1 } = size;
  const u = 1 + (t - 1) / delay;
  return initial / (kind === "inverse" ? u : Math.sqrt(u));
}

/** Throws unless this is a step size. */
export function checkStepSize(argument: string, size: unknown): asserts size is StepSize {
  checkSchedule(argument, size, ["inverse", "inverse-sqrt"], { above: 0 });
  const { delay } = size as Partial<Exclude<StepSize, number>>;
  if (delay !== undefined) checkNumber(`${argument}.delay`, delay, { above: 0 });
}

/** A rule of descent with its memory. */
export interface Descent {
  /** Moves the parameters in place and sets the gradient to 0. */
  step(parameters: Float64Array, gradient: Float64Array, rate: number, t: number): void;
  /** Its memory, the vectors themselves; none for plain descent. */
  readonly memory: Record<string, Float64Array>;
}

/**
 * Makes a rule of descent for p parameters.
 *
 * @throws RangeError for an unknown kind, numbers outside of their ranges
 */
export function descent(options: DescentOptions, size: number): Descent {
  checkChoice("optimizer.kind", options.kind, ["sgd", "adam"]);
  if (options.kind === "sgd") {
    const { momentum = 0 } = options;
    checkNumber("optimizer.momentum", momentum, { min: 0, below: 1 });
    if (momentum === 0)
      return {
        memory: {},
        step(parameters, gradient, rate) {
          for (let i = 0; i < size; i++) {
            parameters[i] -= rate * gradient[i];
            gradient[i] = 0;
          }
        },
      };
    const velocity = new Float64Array(size);
    return {
      memory: { velocity },
      step(parameters, gradient, rate) {
        for (let i = 0; i < size; i++) {
          velocity[i] = momentum * velocity[i] + gradient[i];
          parameters[i] -= rate * velocity[i];
          gradient[i] = 0;
        }
      },
    };
  }
  const { beta1 = 0.9, beta2 = 0.999, eps = 1e-8 } = options;
  checkNumber("optimizer.beta1", beta1, { min: 0, below: 1 });
  checkNumber("optimizer.beta2", beta2, { min: 0, below: 1 });
  checkNumber("optimizer.eps", eps, { above: 0 });
  const first = new Float64Array(size);
  const second = new Float64Array(size);
  return {
    memory: { first, second },
    step(parameters, gradient, rate, t) {
      const scale = (rate * Math.sqrt(1 - beta2 ** t)) / (1 - beta1 ** t);
      const small = eps * Math.sqrt(1 - beta2 ** t);
      for (let i = 0; i < size; i++) {
        const g = gradient[i];
        gradient[i] = 0;
        first[i] += (1 - beta1) * (g - first[i]);
        second[i] += (1 - beta2) * (g * g - second[i]);
        parameters[i] -= (scale * first[i]) / (Math.sqrt(second[i]) + small);
      }
    },
  };
}
