import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "./cli.ts";

const hook = new URL("./shifted-clock.mjs", import.meta.url).href;
const hour = 3_600_000;

// All clocks of a thread, and of one that it starts.
const program = `
  import { isMainThread, parentPort, Worker } from "node:worker_threads";
  const asked = {
    now: Date.now(),
    made: new Date().getTime(),
    text: Date.parse(Date()),
    origin: performance.timeOrigin + performance.now(),
    given: new Date(5).getTime(),
    same: new Date() instanceof Date && new Date().constructor === Date,
  };
  if (!isMainThread) parentPort.postMessage(asked);
  else new Worker(new URL(import.meta.url)).on("message", (inner) => console.log(JSON.stringify([asked, inner])));`;

describe("a shifted clock", () => {
  it.each([-hour, hour])("is off by %i ms in a process and its threads", (shift) => {
    const file = join(temporaryFolder(), "program.mjs");
    writeFileSync(file, program);
    const hooked = { NODE_OPTIONS: `--import=${hook}`, MINIMAND_TEST_CLOCK: String(shift) };
    const told = execFileSync(process.execPath, [file], {
      env: { ...process.env, ...hooked },
      encoding: "utf8",
    });
    for (const { given, same, ...clocks } of JSON.parse(told)) {
      expect({ given, same }).toEqual({ given: 5, same: true });
      // Far nearer to the shifted time than to the true one, however slow this machine is.
      for (const clock of Object.values<number>(clocks))
        expect(Math.abs(clock - shift - Date.now())).toBeLessThan(hour / 2);
    }
  });
});
