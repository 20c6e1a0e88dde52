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

/** Whether all of these are stored: then none of them is removed before the end of this transaction. */
export async function holdBlobs(sql: Sql, hashes: readonly string[]): Promise<boolean> {
  const held = await sql.query(
    "select 1 from minimand.blobs where sha256 = any($1::text[]) order by sha256 for key share",
    [hashes],
  );
  return held.length === new Set(hashes).size;
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
  checkHash(database, sha256);
  const [blob] = await database.query<{ bytes: number }>(
    "select bytes::float8 as bytes from minimand.blobs where sha256 = $1",
    [sha256],
  );
  if (blob === undefined)
    throw new UsageError(`${database.name}: expected a file of hash ${sha256}, got none`);
  const damaged = new UsageError(
    `${database.name}: expected a file of hash ${sha256}, got one that is damaged`,
  );
  // No memory is taken for more than is there.
  const pieces: Uint8Array[] = [];
  for (let from = 0; from < blob.bytes; from += pieceSize) {
    const [piece] = await database.query<{ content: Uint8Array }>(
      "select content from minimand.blob_chunks where sha256 = $1 and place = $2 and octet_length(content) = $3",
      [sha256, pieces.length, Math.min(pieceSize, blob.bytes - from)],
    );
    if (piece === undefined) throw damaged;
    pieces.push(piece.content);
  }
  const bytes = new Uint8Array(Buffer.concat(pieces));
  if (hashOfBytes(bytes) !== sha256) throw damaged;
  return bytes;
}

/** Whoever can write to a database can write anything where a hash should be, such as a path. */
export function checkHash({ name }: Database, sha256: unknown): void {
  if (typeof sha256 !== "string" || !/^[0-9a-f]{64}$/.test(sha256))
    throw new UsageError(`${name}: expected the hash of a file, got ${JSON.stringify(sha256)}`);
}

/** SHA-256 of bytes, in hex. */
function hashOfBytes(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
