import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { supervise } from "./supervise.ts";
import { beSupervised, onStop } from "./supervised.ts";

/** A command of the kind that is asked for, and what supervises it. */
if (process.send === undefined) supervise(fileURLToPath(import.meta.url), process.argv.slice(2));
else await command(process.argv[2]);

async function command(kind: string): Promise<void> {
  beSupervised();
  const { isTTY, columns } = process.stderr;
  say(`${process.pid} ${isTTY ? `${columns} columns` : "no terminal"}`);
  if (kind === "code") process.exit(7);
  if (kind === "crash") process.kill(process.pid, "SIGSEGV");
  if (kind === "memory") takeMemory();
  if (!["plain", "silent", "busy", "order", "swells"].includes(kind)) {
    let signals = 0;
    onStop(() => {
      signals += 1;
      say(`signal ${signals}`);
      if (kind === "ends") process.exit(signals);
    });
    // Its parent has heard of it by then.
    await setTimeout(200);
  }
  say("works");
  if (kind === "order")
    for (let i = 0; i < 100; i++) {
      say(`${i}`);
      process.stdout.write(`${i}\n`);
    }
  if (kind === "name") {
    say("FATAL ERROR: x.csv: no such file");
    await setTimeout(4000);
  }
  if (kind === "busy") await computeInTurns(35_000);
  if (kind === "slow") await setTimeout(60_000);
  if (kind === "twice") await setTimeout(2000);
  if (kind === "ends") await setTimeout(20_000);
  if (kind === "deaf" || kind === "plain") block(60_000);
  if (kind === "swells") {
    const taken = new Uint8Array(700 * 2 ** 20).fill(1);
    block(4000);
    process.kill(process.pid, "SIGKILL");
    block(taken.length);
  }
  if (kind === "silent") block(32_000);
  say("ended");
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** Holds up this thread, and takes no processor time. */
function block(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

/** Takes as much processor time as it is given, at least 20 s, and hears everything. */
async function computeInTurns(milliseconds: number): Promise<void> {
  const least = performance.now() + milliseconds;
  while (performance.now() < least || process.cpuUsage().user < 20e6) {
    const turn = performance.now() + 100;
    while (performance.now() < turn);
    await setTimeout(20);
  }
}

function takeMemory(): never {
  const taken: number[][] = [];
  for (;;) taken.push(Array.from({ length: 10_000 }, (_, i) => i / 7));
}
