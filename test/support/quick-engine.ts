import { quicken } from "../../packages/minimand/src/start/quicken.ts";

let quick = false;

/** What `startEngine` does for speed, once a process, on any device: tests compile much and compute little. */
export function makeEngineQuick(): void {
  if (quick) return;
  quick = true;
  quicken();
}
