import type { Note } from "../results.ts";

/** Makes a note on what was found in a file and changes nothing for the user. */
export const info = (text: string): Note => ({ level: "info", text });

/** Makes a note on what was found in a file and should be looked at. */
export const warning = (text: string): Note => ({ level: "warning", text });
