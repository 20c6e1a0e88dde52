/** What a page tells a newer service worker that waits: nothing that is open needs the older files any more. */
export const takeOver = "take over";
