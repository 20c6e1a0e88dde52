/** What a folder is to hold, by paths in it: files, or null where there is to be none. */
export type Contents = Readonly<Record<string, string | Uint8Array | null>>;
