import { spawn } from "node:child_process";
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
 * - A command that computes for 30 s without a message is reported to be at work.
 * - A crash in native code and an end of memory are reported in one line.
 *
 * @param file the module that runs the command
 */
export function supervise(file: string, args: readonly string[]): void {
  const { stderr } = process;
  const command = spawn(process.execPath, [...process.execArgv, file, ...args], {
    // Of a terminal it needs the width, and the order of what it writes there and on stdout.
    stdio: ["inherit", "inherit", stderr.isTTY ? "inherit" : "pipe", "ipc"],
  });
  const ask = (message: ToCommand): void => {
    if (command.connected) command.send(message, () => {});
  };
  const say = (text: string): void => {
    stderr.write(`${stderr.isTTY ? "\r\u001b[2K" : ""}minimand: ${text}\n`);
  };

  /** The last sign of life, and the first one since the last message. */
  const life = { at: performance.now(), used: 0, memory: 0, said: 0 };
  let message = { ...life };
  let endsByItself = false;
  let works = !args.includes("--quiet");
  let noticing: NodeJS.Timeout | undefined;
  command.on("message", (from: FromCommand) => {
    life.at = performance.now();
    if ("used" in from) {
      Object.assign(life, from);
      if (life.said !== message.said) message = { ...life };
    } else if ("endsByItself" in from) {
      endsByItself = from.endsByItself;
      if (!from.works) works = false;
    } else if (from.noticed === stops) {
      clearTimeout(noticing);
      noticing = undefined;
    }
  });
  const watch = setInterval(() => {
    const now = performance.now();
    if (!works || now - message.at < silence) return;
    if (now - life.at < busy && life.used - message.used < busy) return;
    message = { ...life, at: now };
    say(
      `still at work, ${Math.round(process.uptime())} s after the start, with ${inGigabytes(life.memory)} of memory`,
    );
  }, 1000);

  let withheld: Buffer[] = [];
  const show = (): void => {
    for (const chunk of withheld) stderr.write(chunk);
    withheld = [];
  };
  command.stderr?.on("data", (chunk: Buffer) => {
    withheld.push(chunk);
    if (withheld.length > 1) return;
    if (lastWords.test(chunk.toString("latin1"))) setTimeout(show, toAbort).unref();
    else show();
  });
  stderr.on("error", () => {});

  let stops = 0;
  let stopped = Number.NEGATIVE_INFINITY;
  let killed = "";
  const kill = (why: string): void => {
    killed = why;
    command.kill("SIGKILL");
  };
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const signal of signals)
    process.on(signal, () => {
      const now = performance.now();
      if (now - stopped < twice) return;
      stopped = now;
      stops += 1;
      if (!endsByItself || signal === "SIGHUP") command.kill(signal);
      else if (noticing !== undefined) kill("ended at once, in the midst of its work");
      else {
        ask({ stops, signal });
        noticing = setTimeout(kill, toNotice, `ended in the midst of a step that takes longer than 10 s`);
        setTimeout(kill, toEnd, `ended after 30 s in which it has not come to its end`).unref();
      }
    });

  command.on("error", (error) => {
    say(`the process of the command can't be started: ${error.message}`);
    process.exit(1);
  });
  // Not for longer: what the command has started may hold its stderr open.
  command.on("exit", (code, signal) => setTimeout(end, 1000, code, signal));
  command.on("close", end);
  function end(code: number | null, signal: NodeJS.Signals | null): void {
    clearInterval(watch);
    clearTimeout(noticing);
    const crash = signal !== null && killed === "" ? crashes[signal] : undefined;
    const rest = Buffer.concat(withheld);
    if (crash === undefined || process.env.MINIMAND_DEBUG) show();
    if (killed !== "") {
      say(killed);
      process.exit(130);
    }
    const memory = life.memory > 0 ? ` at ${inGigabytes(life.memory)}` : "";
    if (crash !== undefined && rest.includes("heap out of memory")) {
      say(
        `memory ran out${memory}: give fewer rows or columns, or more memory (NODE_OPTIONS=--max-old-space-size=MEGABYTES)`,
      );
      process.exit(2);
    }
    if (crash !== undefined) {
      say(`${crash} (${signal}${memory})`);
      process.exit(signal === "SIGKILL" ? 2 : 1);
    }
    if (signal === null) process.exit(code ?? 1);
    for (const each of signals) process.removeAllListeners(each);
    // The first process of a container does not end by a signal that it sends to itself.
    process.exitCode = 128 + constants.signals[signal];
    process.kill(process.pid, signal);
  }
}

function inGigabytes(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(1)} GiB`;
}
