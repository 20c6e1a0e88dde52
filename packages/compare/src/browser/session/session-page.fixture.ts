/* What the browser test of comparisons has in a page: the browser session, and how to ask it. */
import type { Asked, ComparisonEvent, Session } from "./index.ts";
import { openSession } from "./open-session.ts";

const open = (options: { mostBytes?: number } = {}): Session =>
  openSession({
    start: () => new Worker("/comparison-worker.js", { type: "module" }),
    workers: 2,
    ...options,
  });

/** Files of the server, as if they had been dropped. */
async function fileOf(path: string): Promise<File> {
  return new File([await (await fetch(path)).arrayBuffer()], path.slice(1));
}

const base64 = (bytes: Uint8Array): string =>
  btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));

/** What a comparison reported and returned; it is stopped after a number of trials. */
async function compare(
  run: (tell: (event: ComparisonEvent) => void) => ReturnType<Session["compare"]>,
  most = Number.POSITIVE_INFINITY,
) {
  const events: ComparisonEvent[] = [];
  const running = run((event) => {
    events.push(event);
    if (event.kind === "progress" && event.done >= most) running.stop();
  });
  try {
    const { files, ...finished } = await running.done;
    const texts = Object.entries(files).map(([path, bytes]) => [path, base64(bytes)]);
    return { events, finished: { ...finished, files: Object.fromEntries(texts) } };
  } catch (error) {
    return { events, failed: { name: (error as Error).name, message: (error as Error).message } };
  }
}

const refusal = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => "",
    (error: Error) => `${error.name}: ${error.message}`,
  );

Object.assign(globalThis, { open, fileOf, compare, refusal } satisfies Record<string, unknown>);

export type { Asked };
