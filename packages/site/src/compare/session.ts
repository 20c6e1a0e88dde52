import type { Session } from "@minimand/compare/web";

const database = "minimand";
let opened: Promise<Session> | undefined;

/** Returns the browser session of this page, which includes the engine and all code that compares. It is loaded when it is first needed. */
export function theSession(): Promise<Session> {
  opened ??= import("@minimand/compare/web").then(({ openSession }) =>
    openSession({
      database,
      start: () => new Worker(new URL("./comparison-worker.ts", import.meta.url), { type: "module" }),
    }),
  );
  // A page that was offline may try again.
  opened.catch(() => {
    opened = undefined;
  });
  return opened;
}

/** Whether this browser may hold comparisons of earlier visits: what was never used needn't be loaded. */
export async function mayHoldComparisons(): Promise<boolean> {
  if (!("indexedDB" in globalThis)) return false;
  if (indexedDB.databases === undefined) return true;
  return (await indexedDB.databases()).some(({ name }) => name?.startsWith(database));
}

/** Returns what went wrong, in one line for the reader. */
export async function faultOf(error: unknown): Promise<string> {
  const { isMendable } = await import("@minimand/compare/web");
  const message = error instanceof Error ? error.message : String(error);
  if (isMendable(error)) return message;
  if (error instanceof DOMException && error.name === "QuotaExceededError")
    return "The browser has no storage left for this page. Remove a stored comparison below or free disk space, then continue.";
  return `Unexpected error: ${message}. Finished trials are stored; reload the page to continue.`;
}
