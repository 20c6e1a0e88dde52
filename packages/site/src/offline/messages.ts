/** The message of a page to a newer service worker that waits: nothing that is open needs the older files any more. */
export const takeOver = "take over";

/** What a page asks a service worker, with a port for the answer: whether these scripts, its own, are of the worker's build. */
export type Question = { scripts: string[] };
