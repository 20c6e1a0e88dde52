import { createHash } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import { UsageError } from "../failure.ts";
import type { Database, Sql } from "./database.ts";

/** Bytes of a piece: a statement that carries one is soon answered, over slow links, too. */
const pieceSize = 2 ** 20;

/** Milliseconds between two looks at whether another process has stored the same bytes. */
const pause = 250;

/**
 * Stores bytes under their hash: all of them, or none. What is there already is left alone; of several that store the same at once one does,
 * and the others wait for it.
 *
 * @returns the SHA-256 of the bytes, in hex
 */
export async function putBlob(database: Database, bytes: Uint8Array): Promise<string> {
  const sha256 = hashOfBytes(bytes);
  while (!(await hasBlob(database, sha256))) {
    const stored = await database.transaction((sql) => store(sql, sha256, bytes));
    if (stored) break;
    await setTimeout(pause);
  }
  return sha256;
}

/** Whether the bytes are there then; false where another process is about to store them. */
async function store(sql: Sql, sha256: string, bytes: Uint8Array): Promise<boolean> {
  // Else the insert would wait for the other, longer than an answer may take.
  const [{ alone }] = await sql.query<{ alone: boolean }>(
    "select pg_try_advisory_xact_lock(hashtextextended($1, 0)) as alone",
    [sha256],
  );
  if (!alone) return false;
  const made = await sql.query(
    "insert into minimand.blobs (sha256, bytes) values ($1, $2) on conflict do nothing returning sha256",
    [sha256, bytes.length],
  );
  if (made.length === 0) return true;
  for (let place = 0; place * pieceSize < bytes.length; place++)
    await sql.query("insert into minimand.blob_chunks (sha256, place, content) values ($1, $2, $3)", [
      sha256,
      place,
      bytes.subarray(place * pieceSize, (place + 1) * pieceSize),
    ]);
  return true;
}

/** Whether bytes of this hash are stored. */
export async function hasBlob(database: Sql, sha256: string): Promise<boolean> {
  return (await database.query("select 1 from minimand.blobs where sha256 = $1", [sha256])).length > 0;
}

/**
 * The bytes of this hash.
 *
 * @throws UsageError where they aren't there, or aren't those that were stored
 */
export async function readBlob(database: Database, sha256: string): Promise<Uint8Array> {
  const [blob] = await database.query<{ bytes: number }>(
    "select bytes::float8 as bytes from minimand.blobs where sha256 = $1",
    [sha256],
  );
  if (blob === undefined)
    throw new UsageError(`${database.name}: expected a file of hash ${sha256}, got none`);
  const bytes = new Uint8Array(blob.bytes);
  for (let place = 0; place * pieceSize < bytes.length; place++) {
    const [piece] = await database.query<{ content: Uint8Array }>(
      "select content from minimand.blob_chunks where sha256 = $1 and place = $2",
      [sha256, place],
    );
    const room = bytes.subarray(place * pieceSize, (place + 1) * pieceSize);
    if (piece?.content.length === room.length) room.set(piece.content);
  }
  if (hashOfBytes(bytes) !== sha256)
    throw new UsageError(`${database.name}: expected a file of hash ${sha256}, got one that is damaged`);
  return bytes;
}

/** SHA-256 of bytes, in hex. */
export function hashOfBytes(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
