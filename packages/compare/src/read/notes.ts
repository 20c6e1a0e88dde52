import type { Note } from "../results.ts";

/** What was found in a file and changes nothing for the user. */
export const info = (text: string): Note => ({ level: "info", text });

/** What was found in a file and should be looked at. */
export const warning = (text: string): Note => ({ level: "warning", text });
