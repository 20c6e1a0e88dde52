/** One cell as it was read: text from text files, numbers where the file has numbers (JSON, Parquet), null where empty. */
export type Cell = string | number | null;
