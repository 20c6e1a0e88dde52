import { type ChildProcess, spawn } from "node:child_process";
// biome-ignore lint/style/noRestrictedImports: a file of the system about the own child
import { readFileSync } from "node:fs";
import { constants } from "node:os";
import type { FromCommand, ToCommand } from "./supervised.ts";

/** Milliseconds that the command may take to notice a signal, and to end after it. */
const toNotice = 10_000;
const toEnd = 30_000;
/** Milliseconds within which a signal counts once: `timeout` and npm send it to this process, and to all of its group. */
const twice = 300;
/** Milliseconds without a message after which a busy command is reported to be at work. */
const silence = 30_000;
/** Milliseconds of processor time within this silence from which a command is busy: one that waits for others is not. */
const busy = 15_000;

/** Milliseconds without a sign of life, of which there is one a second, after which the command's memory is looked up. */
const missed = 1500;

/** What V8 prints before it aborts the process, in less time than this; a name of a file may look like that. */
const lastWords = /^(<--- Last few GCs --->|FATAL ERROR: )/m;
const toAbort = 3000;

const crashes: Partial<Record<NodeJS.Signals, string>> = {
  SIGKILL: "killed by the system, most likely because memory ran out",
  SIGABRT: "a fault in native code, or memory ran out",
  SIGTRAP: "a fault in native code, or memory ran out",
  SIGILL: "a fault in native code",
  SIGSEGV: "a fault in native code",
  SIGBUS: "a fault in native code",
  SIGFPE: "a fault in native code",
};

/**
 * Runs the command in a process of its own. Long work may keep that one from hearing anything; this one has nothing else to do:
 *
 * - A signal that the command does not notice within 10 s, or after which it has not ended within 30 s, kills it; so does a second one that comes before the first is
 *   noticed. Files stay whole: the command writes them so that a kill at any time loses nothing but the work since the last of them.
 * - A command that computes for 30 s without a message is reported to be at work, with the memory that it has.
 * - A crash in native code and an end of memory are reported in one line.
 *
 * @param file the module that runs the command
 */
export function supervise(file: string, args: readonly string[]): void {
  const command = spawn(process.execPath, [...process.execArgv, file, ...args], {
    // Of a terminal it needs the width, and the order of what it writes there and on stdout.
    stdio: ["inherit", "inherit", process.stderr.isTTY ? "inherit" : "pipe", "ipc"],
  });
  process.stderr.on("error", () => {});
  const signals = passSignals(command);
  const messages = holdLastWords(command);
  const watch = reportLongWork(command, args.includes("--quiet"));
  command.on("error", (error) => {
    say(`the process of the command can't be started: ${error.message}`);
    process.exit(1);
  });
  // Not for longer: what the command has started may hold its stderr open.
  command.on("exit", (code, signal) => setTimeout(end, 1000, code, signal));
  command.on("close", end);

  function end(code: number | null, signal: NodeJS.Signals | null): void {
    const killed = signals.killed();
    const crash = signal === null || killed !== null ? undefined : crashes[signal];
    const rest = messages.held();
    if (crash === undefined || process.env.MINIMAND_DEBUG) messages.show();
    if (killed !== null) {
      say(killed);
      process.exit(130);
    }
    if (signal === null) process.exit(code ?? 1);
    if (crash === undefined) {
      signals.forget();
      // The first process of a container does not end by a signal that it sends to itself.
      process.exitCode = 128 + constants.signals[signal];
      watch.end();
      process.kill(process.pid, signal);
      return;
    }
    const memory = watch.memory() > 0 ? ` at ${inGigabytes(watch.memory())}` : "";
    const full = rest.includes("heap out of memory");
    const advice = "give fewer rows or columns, or more memory (NODE_OPTIONS=--max-old-space-size=MEGABYTES)";
    say(full ? `memory ran out${memory}: ${advice}` : `${crash} (${signal}${memory})`);
    process.exit(full || signal === "SIGKILL" ? 2 : 1);
  }
}

function say(text: string): void {
  process.stderr.write(`${process.stderr.isTTY ? "\r\u001b[2K" : ""}minimand: ${text}\n`);
}

/** Passes signals on, and kills a command that does not obey them. */
function passSignals(command: ChildProcess): { killed(): string | null; forget(): void } {
  let endsByItself = false;
  let stops = 0;
  let last = Number.NEGATIVE_INFINITY;
  let noticing: NodeJS.Timeout | undefined;
  let killed: string | null = null;
  const kill = (why: string): void => {
    killed = why;
    command.kill("SIGKILL");
  };
  command.on("message", (from: FromCommand) => {
    if ("endsByItself" in from) ({ endsByItself } = from);
    else if ("noticed" in from && from.noticed === stops) {
      clearTimeout(noticing);
      noticing = undefined;
    }
  });
  const pass = (signal: NodeJS.Signals): void => {
    const now = performance.now();
    if (now - last < twice) return;
    last = now;
    stops += 1;
    if (!endsByItself || signal === "SIGHUP") command.kill(signal);
    else if (noticing !== undefined) kill("ended at once, in the midst of its work");
    else {
      const message: ToCommand = { stops, signal };
      if (command.connected) command.send(message, () => {});
      noticing = setTimeout(kill, toNotice, "ended in the midst of a step that takes longer than 10 s");
      setTimeout(kill, toEnd, "ended after 30 s in which it has not come to its end");
    }
  };
  const all = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const signal of all) process.on(signal, pass);
  return {
    killed: () => killed,
    forget() {
      for (const signal of all) process.off(signal, pass);
    },
  };
}

/** Shows what the command writes on stderr, and holds back what V8 writes before it aborts. */
function holdLastWords({ stderr }: ChildProcess): { held(): string; show(): void } {
  let held: Buffer[] = [];
  const show = (): void => {
    for (const chunk of held) process.stderr.write(chunk);
    held = [];
  };
  stderr?.on("data", (chunk: Buffer) => {
    held.push(chunk);
    if (held.length > 1) return;
    if (lastWords.test(chunk.toString("latin1"))) setTimeout(show, toAbort).unref();
    else show();
  });
  return { held: () => Buffer.concat(held).toString("latin1"), show };
}

/** Reports that the command is at work when it computes without a message. */
function reportLongWork(command: ChildProcess, quiet: boolean): { memory(): number; end(): void } {
  /** The last sign of life, and the first one since the last message. */
  const life = { at: performance.now(), used: 0, memory: 0, said: 0 };
  let message = { ...life };
  let works = !quiet;
  command.on("message", (from: FromCommand) => {
    life.at = performance.now();
    if ("endsByItself" in from && !from.works) works = false;
    if (!("used" in from)) return;
    Object.assign(life, from);
    if (life.said !== message.said) message = { ...life };
  });
  const watch = setInterval(() => {
    const now = performance.now();
    // A long step lets the command say nothing, and may be what takes the memory.
    if (now - life.at > missed) life.memory = residentMemory(command.pid) ?? life.memory;
    if (!works || now - message.at < silence) return;
    if (now - life.at < busy && life.used - message.used < busy) return;
    message = { ...life, at: now };
    const memory = inGigabytes(life.memory);
    say(`still at work, ${Math.round(process.uptime())} s after the start, with ${memory} of memory`);
  }, 1000);
  return { memory: () => life.memory, end: () => clearInterval(watch) };
}

/** The bytes of memory that a process has, where the system has a file that says so (Linux). */
function residentMemory(pid: number | undefined): number | null {
  try {
    const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "latin1")) ?? [];
    return kilobytes === undefined ? null : 1024 * Number(kilobytes);
  } catch {
    return null;
  }
}

function inGigabytes(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(1)} GiB`;
}
