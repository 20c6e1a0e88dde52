/** What the process of the command says to the one that supervises it. */
export type FromCommand =
  /** Milliseconds of processor time, bytes of memory, and bytes on stderr. */
  | { used: number; memory: number; said: number }
  | { endsByItself: boolean; works: boolean }
  | { noticed: number };

/** What it receives: the number of signals so far, and the last of them. */
export type ToCommand = { stops: number; signal: NodeJS.Signals };

/** Milliseconds between two signs of life. */
const interval = 1000;
/** Milliseconds in which a signal of the terminal, which comes to both processes, reaches this one as well. */
const detour = 100;

/** A service of somebody else's that listens by the same functions may speak with its parent in its own words. */
let supervised = false;

function report(message: FromCommand): void {
  if (supervised && process.connected) process.send?.(message, undefined, {}, () => {});
}

/** Lets the supervising process know that this one lives, and passes on what it says. */
export function beSupervised(): void {
  if (process.send === undefined) return;
  supervised = true;
  const beat = (): void => {
    const { user, system } = process.cpuUsage();
    report({
      used: (user + system) / 1000,
      memory: process.memoryUsage.rss(),
      said: process.stderr.bytesWritten,
    });
  };
  setInterval(beat, interval).unref();
  process.on("message", (message: ToCommand) => {
    setTimeout(() => {
      while (came < message.stops) {
        if (listeners.size === 0) process.kill(process.pid, message.signal);
        come();
      }
      report({ noticed: message.stops });
    }, detour);
  });
  process.on("disconnect", () => process.kill(process.pid, "SIGKILL"));
  process.channel?.unref();
}

const listeners = new Set<() => void>();
let came = 0;

function come(): void {
  came += 1;
  for (const stop of [...listeners]) stop();
}

/**
 * Calls a function at each Ctrl-C and SIGTERM, which end the program no more.
 *
 * @param works whether it works towards an end: a server does not
 * @returns what takes that back
 */
export function onStop(stop: () => void, works = true): () => void {
  if (listeners.size === 0) {
    process.on("SIGINT", come);
    process.on("SIGTERM", come);
    report({ endsByItself: true, works });
  }
  listeners.add(stop);
  return () => {
    listeners.delete(stop);
    if (listeners.size > 0) return;
    process.off("SIGINT", come);
    process.off("SIGTERM", come);
    report({ endsByItself: false, works });
  };
}
