import type { WriteStream } from "node:tty";
import type { ProgressLine } from "@minimand/compare";
import { isQuiet, printable } from "../printable.ts";
import { cutText } from "../terminal/text-width.ts";

/** Milliseconds between two lines where there is no terminal to redraw. */
const quietInterval = 10_000;

/**
 * A line of progress on stderr, redrawn on a terminal, one now and then elsewhere, with the time left, estimated from the work done since the start (finished work that was loaded doesn't count).
 * There is none after `beQuiet`.
 */
export function progressLine(stream: WriteStream, alreadyDone = 0): ProgressLine {
  const started = performance.now();
  let last = started;
  let shown = false;
  return {
    update(done, total, label, expected) {
      if (isQuiet()) return;
      const now = performance.now();
      if (now - last < (stream.isTTY ? 100 : quietInterval) && done < total) return;
      last = now;
      const fresh = done - alreadyDone;
      const byWork = fresh > 0 ? ((now - started) / fresh) * (total - done) : null;
      const left = expected === undefined ? byWork : expected;
      const text = `${done} of ${total} ${printable(label)}${left !== null && done < total ? `, about ${duration(left)} left` : ""}`;
      if (stream.isTTY) {
        stream.write(`\r\u001b[2K${cutText(text, Math.max(20, (stream.columns || 80) - 1))}`);
        shown = true;
      } else stream.write(`${text}\n`);
    },
    clear() {
      if (shown) stream.write("\r\u001b[2K");
      shown = false;
    },
  };
}

/** {@link progressLine} of training steps: the first, which is compiled, says nothing of how long the others take. */
export function stepProgress(stream: WriteStream): ProgressLine {
  let line: ProgressLine | undefined;
  return {
    update(done, total, label, left) {
      line ??= progressLine(stream, done);
      line.update(done, total, label, left);
    },
    clear: () => line?.clear(),
  };
}

/** `42 s`, `3 min`, `2 h 5 min`. */
export function duration(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 100) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 100 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
