import type { numpy as np } from "@jax-js/jax";
import { checkChoice } from "../../engine/checks.ts";

/** Base of the logarithms of an information: nats or bits. */
export type LogBase = (typeof bases)[number];

const bases = ["natural", "base2"] as const;

/** Throws a TypeError or RangeError for another base. */
export const checkLog = (log: LogBase): void => checkChoice("log", log, bases);

/** Nats in the base asked for. Consumes them. */
export const inBase = (log: LogBase, nats: np.Array): np.Array =>
  log === "natural" ? nats : nats.div(Math.LN2);
