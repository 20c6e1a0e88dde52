import type { Row } from "@minimand/papers";

/** A frozen model of a paper as it is kept between runs. */
export interface KeptPart {
  /** Its safetensors file. */
  base64: string;
  /** Seeds and losses: a row of the table of all parts. */
  record: Row;
  seconds: number;
}

/** More fields than any row has; each becomes a column of the printed table. */
const mostFields = 100;

/** Whether a stored value is a part. */
export function isKeptPart(value: unknown): value is KeptPart {
  const { base64, record, seconds } = (value ?? {}) as Partial<KeptPart>;
  if (typeof base64 !== "string" || typeof seconds !== "number") return false;
  if (typeof record !== "object" || record === null) return false;
  const cells = Object.values(record);
  return (
    cells.length <= mostFields &&
    cells.every((cell) => cell === null || typeof cell === "string" || typeof cell === "number")
  );
}
