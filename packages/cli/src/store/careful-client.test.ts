import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { expect, it } from "vitest";
import { exitCodeOf } from "../failure.ts";
import { postgresAddress, silent } from "./databases.fixture.ts";
import { openDatabase } from "./open-database.ts";

/** A message of the protocol: its type, its length, its bytes. */
function message(type: string, ...parts: (number | string)[]): Buffer {
  const body = Buffer.concat(
    parts.map((part) => {
      if (typeof part === "string") return Buffer.from(part);
      const bytes = Buffer.alloc(4);
      bytes.writeInt32BE(part);
      return bytes;
    }),
  );
  const length = Buffer.alloc(4);
  length.writeInt32BE(4 + body.length);
  return Buffer.concat([Buffer.from(type), length, body]);
}

const ready = message("Z", "I");
const welcome = Buffer.concat([message("R", 0), ready]);
const begun = Buffer.concat([message("C", "BEGIN\0"), ready]);
/** One row of one column, an int. */
const version = (value: string): Buffer =>
  Buffer.concat([
    message("T", "\0\x01version\0", 0, "\0\0", 23, "\0\x04", -1, "\0\0"),
    message("D", "\0\x01", value.length, value),
    message("C", "SELECT 1\0"),
    ready,
  ]);

/** What is said of a server that answers so: each connection begins with the first answer. */
async function refusalOf(...answers: Buffer[][]): Promise<string> {
  let connections = 0;
  const server = createServer((socket) => {
    const own = answers[Math.min(connections++, answers.length - 1)].values();
    socket.on("error", () => {});
    socket.on("data", () => {
      const { value } = own.next();
      if (value !== undefined) socket.write(value);
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const address = postgresAddress(`postgres://u:p@127.0.0.1:${port}/d?sslmode=disable`);
  const error = await openDatabase({ ...address, pooled: true }, silent).catch((error: Error) => error);
  server.close();
  expect(exitCodeOf(error)).toBe(2);
  return (error as Error).message.replace(`127.0.0.1:${port}/d: `, "");
}

it.each([
  [2, "Kerberos V5"],
  [7, "GSSAPI"],
  [99, "authentication of type 99"],
])(
  "says which authentication a server asks for (%i)",
  async (type, name) => {
    expect(await refusalOf([message("R", type)])).toBe(
      `expected a server that asks for a password or nothing, got one that asks for ${name}`,
    );
  },
  30_000,
);

const manyFields = message("T", "\xff\xff", "aaaaaaaaaa");

it.each([
  ["describes rows that it doesn't have", manyFields],
  ["sends values longer than its messages", message("D", "\0\x02", 0x7fffff00)],
])(
  "refuses a server that %s, at once and later",
  async (_, broken) => {
    const refused = /^expected a PostgreSQL server, got answers that can't be read \(.+\)$/;
    expect(await refusalOf([welcome, broken])).toMatch(refused);
    expect(await refusalOf([welcome, begun, version("160000")], [welcome, broken])).toMatch(refused);
  },
  30_000,
);

it("refuses a server that sends messages of no type", async () => {
  expect(await refusalOf([message("@", "abc")])).toBe(
    "expected a PostgreSQL server, got answers that can't be read (received invalid response: 40)",
  );
}, 30_000);

it.each([
  ["no rows", [ready]],
  ["no number", [version("x")]],
])(
  "refuses a server that gives its version as %s",
  async (_, [answer]) => {
    expect(await refusalOf([welcome, begun, answer])).toBe(
      "expected a PostgreSQL server, got one that does not state its version",
    );
  },
  30_000,
);
