import { openDatabase } from "./open-database.ts";

/*
 * Writes rows into the embedded database of a folder until it is killed, in each of the ways there are. Says first which are there, then of each that
 * it has been acknowledged.
 */
const database = await openDatabase(
  { kind: "pglite", folder: process.argv[2] },
  { tell: (line) => process.stderr.write(`${line}\n`) },
);
await database.query("create table if not exists written (id int primary key, content bytea not null)");
const rows = await database.query<{ id: number }>("select id from written order by id");
const found = rows.map(({ id }) => id);
process.stdout.write(`${JSON.stringify(found)}\n`);

const insert = "insert into written values ($1, $2)";
const content = new Uint8Array(5000).fill(7);
for (let id = (found.at(-1) ?? 0) + 1; ; id += 4) {
  await database.query(insert, [id, content]);
  process.stdout.write(`${id}\n`);
  await database.transaction(async (sql) => {
    await sql.query(insert, [id + 1, content]);
    await sql.query(insert, [id + 2, content]);
  });
  process.stdout.write(`${id + 1}\n${id + 2}\n`);
  await database.boss.db.executeSql(insert, [id + 3, content]);
  process.stdout.write(`${id + 3}\n`);
}
