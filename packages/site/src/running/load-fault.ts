/** What browsers say where a module or a file can't be had. */
const notLoaded =
  /imported module|module script|could not be loaded|failed to fetch|networkerror|load failed/i;

/** Returns what went wrong, for a reader: code that can't be had is one's network or an older page, and no fault of what ran. */
export const loadFault = (text: string): string =>
  notLoaded.test(text)
    ? "The code for this could not be loaded: there is no network, or the site has a newer build. Reload the page when the site can be reached."
    : text;
