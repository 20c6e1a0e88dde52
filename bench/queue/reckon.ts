import type { Footprint } from "./footprint.ts";

/** What so many workers of two slots ask of one server. */
export interface Reckoned {
  workers: number;
  /** With nothing to do, and at most while they work. */
  idleConnections: number;
  busyConnections: number;
  /** Statements a second with nothing to do, and with trials of a second. */
  idleStatements: number;
  busyStatements: number;
  /** Trials a second of a second each. */
  trials: number;
  /** Seconds that a trial has to take for the server to keep up. */
  shortest: number;
  /** Gigabytes a day with trials of a second. */
  gigabytes: number;
}

const slots = 2;

/**
 * Reckons from what was measured with few workers: each more asks for as much.
 *
 * @param statements a trial, where each is kept by itself
 * @param most trials a second that the server took
 */
export function reckon(workers: number, footprint: Footprint, statements: number, most: number): Reckoned {
  const { idleConnections, busyConnections, leading, following, result, waiting } = footprint;
  const trials = slots * workers;
  const idleStatements = leading + (workers - 1) * following;
  return {
    workers,
    trials,
    idleStatements,
    idleConnections: workers * idleConnections,
    busyConnections: workers * busyConnections,
    busyStatements: idleStatements + trials * statements,
    shortest: trials / most,
    gigabytes: (trials * 86_400 * (result + waiting)) / 1e9,
  };
}
