import { createHash, randomBytes } from "node:crypto";
import type { Hono } from "hono";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { Database } from "../../store/database.ts";
import { freshPglite, silent } from "../../store/databases.fixture.ts";
import { openDatabase } from "../../store/open-database.ts";
import { makeApp } from "./app.ts";
import { linksOf } from "./mail/links.ts";
import { linkIn, type Received, type Receiver, startReceiver } from "./mail/mail-receiver.fixture.ts";
import { type Mailer, openMailer } from "./mail/mailer.ts";
import { sendDigests } from "./mail/send-digests.ts";
import { openSubscription, type Subscription } from "./mail/subscription.ts";
import { signToken } from "./mail/tokens.ts";

const url = "https://news.example.org/minimand/";
const key = randomBytes(32);
const token = "a-token-of-the-mail-server";
const from = { name: "Minimand", address: "news@example.org" };

let receiver: Receiver;
let database: Database;
let subscription: Subscription;
let mailer: Mailer;
let app: Hono;
const told: string[] = [];
const written = vi.spyOn(console, "error").mockImplementation(() => {});
const tell = (line: string): void => {
  told.push(line);
};

beforeAll(async () => {
  receiver = await startReceiver();
  database = await openDatabase(await freshPglite(), silent);
  const mail = { server: receiver.url, from, returnPath: from.address };
  mailer = openMailer(mail);
  subscription = await openSubscription({ database, key, url, mail, tell });
  app = makeApp({
    site: null,
    base: "/minimand",
    hosts: ["news.example.org"],
    bouncesToken: token,
    subscription: async () => subscription,
  });
});
afterAll(async () => {
  await subscription?.close();
  mailer?.close();
  await receiver?.[Symbol.asyncDispose]();
});
beforeEach(async () => {
  receiver.mails.length = 0;
  receiver.onRecipient = () => null;
  for (const table of ["subscriptions", "rates"]) await database.query(`delete from minimand.${table}`);
});

interface Ask {
  method?: string;
  body?: string;
  headers?: Record<string, string>;
}
const ask = async (to: string | URL, { method = "GET", body, headers = {} }: Ask = {}) => {
  const sent = { host: "news.example.org", ...headers };
  const response = await app.request(new URL(to, url), {
    method,
    headers: sent,
    ...(body !== undefined && { body }),
  });
  return { status: response.status, headers: response.headers, text: await response.text() };
};
const subscribe = (body: object, client = "192.0.2.1") =>
  ask("subscribe", { method: "POST", body: JSON.stringify(body), headers: { "x-forwarded-for": client } });
const post = (to: URL, body = "") => ask(to, { method: "POST", body });

/** Subscribes and confirms, and is due. */
async function subscriber(email: string): Promise<void> {
  receiver.mails.length = 0;
  await subscribe({ email, rhythm: "daily" });
  const [mail] = await receiver.until(1);
  expect((await post(linkIn(mail, "confirm"))).status).toBe(200);
  receiver.mails.length = 0;
}

/** Something new, for which everyone is due, is sent. */
async function digest(): Promise<Received[]> {
  receiver.mails.length = 0;
  await database.query("delete from minimand.catalogue where slug = 'lion'");
  await database.query("update minimand.subscriptions set period = period - interval '52 weeks'");
  const { signal } = new AbortController();
  await sendDigests({ database, mailer, links: linksOf(url, key), tell, signal });
  return [...receiver.mails];
}
const addresses = async (): Promise<string[]> =>
  (
    await database.query<{ address: string }>(
      "select address from minimand.subscriptions where confirmed_at is not null order by 1",
    )
  ).map(({ address }) => address);

describe("a subscription", () => {
  it("begins by the button behind the link of a mail, and not by a program that follows links", async () => {
    const { status, text } = await subscribe({ email: "ann@example.org", rhythm: "weekly" });
    expect(status).toBe(202);
    expect(text).not.toContain("ann@");
    const [mail] = await receiver.until(1);
    expect(mail.to).toEqual(["ann@example.org"]);
    const link = linkIn(mail, "confirm");
    expect(link.href.startsWith(`${url}confirm?`)).toBe(true);
    for (const method of ["GET", "HEAD", "GET"]) expect((await ask(link, { method })).status).toBe(200);
    expect((await ask(link)).text).toContain('<form method="post"><button>Confirm</button></form>');
    expect(await addresses()).toEqual([]);
    expect(await digest()).toEqual([]);
    expect((await post(link)).status).toBe(200);
    expect((await post(link)).status).toBe(200);
    expect(await addresses()).toEqual(["ann@example.org"]);
  });

  it("gets a digest of what has changed since, once, and none for nothing new", async () => {
    await subscriber("ann@example.org");
    await subscriber("bob@example.org");
    const mails = await digest();
    expect(mails.map(({ to }) => to[0]).sort()).toEqual(["ann@example.org", "bob@example.org"]);
    const [{ parsed }] = mails;
    expect(parsed.subject).toBe("Minimand: 1 new paper");
    expect(parsed.text).toContain(`${url}papers/lion.html`);
    expect(parsed.html).toContain(`${url}papers/lion.html`);
    expect(mails[0].parsed.messageId).not.toBe(mails[1].parsed.messageId);
    receiver.mails.length = 0;
    await database.query("update minimand.subscriptions set period = period - interval '52 weeks'");
    const { signal } = new AbortController();
    await sendDigests({ database, mailer, links: linksOf(url, key), tell, signal });
    expect(receiver.mails).toEqual([]);
  });

  it("ends by one POST of a mail program, and nothing is kept of it", async () => {
    await subscriber("ann@example.org");
    const [mail] = await digest();
    const link = /^List-Unsubscribe: <(.+)>\r$/m.exec(mail.raw)?.[1] ?? "";
    expect(link.startsWith(`${url}unsubscribe?token=`)).toBe(true);
    expect(linkIn(mail, "unsubscribe").href).toBe(link);
    for (const method of ["GET", "HEAD"]) expect((await ask(link, { method })).status).toBe(200);
    expect(await addresses()).toEqual(["ann@example.org"]);
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    const oneClick = { method: "POST", body: "List-Unsubscribe=One-Click", headers };
    expect((await ask(link, oneClick)).status).toBe(200);
    expect((await ask(link, oneClick)).status).toBe(200);
    for (const table of ["subscriptions", "digests"])
      expect(await database.query(`select * from minimand.${table}`)).toEqual([]);
    expect(await digest()).toEqual([]);
  });

  it("answers the same whether an address is known, new, or asked for too often", async () => {
    await subscriber("ann@example.org");
    const answers: string[] = [];
    for (const email of ["ann@example.org", "new@example.org", ...Array<string>(5).fill("ANN@example.org")]) {
      const { status, headers, text } = await subscribe({ email });
      answers.push(JSON.stringify([status, [...headers].filter(([name]) => name !== "date"), text]));
    }
    expect(new Set(answers).size).toBe(1);
    // Once it was subscribed to, and twice more.
    await vi.waitFor(() => expect(receiver.mails).toHaveLength(3), 60_000);
    expect(receiver.mails.filter(({ to }) => to[0].toLowerCase() === "ann@example.org")).toHaveLength(2);
    expect(await addresses()).toEqual(["ann@example.org"]);
  });

  it("is asked for so often an hour from one place, and no more", async () => {
    for (let i = 0; i < 20; i++) expect((await subscribe({ email: `a${i}@example.org` })).status).toBe(202);
    const refused = await subscribe({ email: "b@example.org" });
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(3000);
    expect((await subscribe({ email: "b@example.org" }, "192.0.2.2")).status).toBe(202);
    const network = "2001:db8:1:2";
    for (let i = 0; i < 20; i++) await subscribe({ email: `c${i}@example.org` }, `${network}::${i + 1}`);
    expect((await subscribe({ email: "d@example.org" }, `${network}:ffff::1`)).status).toBe(429);
    expect((await subscribe({ email: "d@example.org" }, "2001:db8:1:3::1")).status).toBe(202);
  });

  it("is refused without an address or with another rhythm, and the address isn't shown", async () => {
    for (const body of [
      {},
      { email: "ann" },
      { email: "ann@example.org\r\nBcc: b@example.org" },
      { email: 7 },
    ]) {
      const { status, text } = await subscribe(body);
      expect([status, text]).toEqual([400, expect.stringMatching(/"error":"email: expected an address/)]);
    }
    const { status, text } = await subscribe({ email: "ann@example.org", rhythm: "hourly" });
    expect([status, text]).toEqual([400, expect.not.stringContaining("ann")]);
    expect((await subscribe({ email: "a@b.org", name: "x" })).status).toBe(400);
    expect(receiver.mails).toEqual([]);
  });

  it("takes what a page's form sends, from pages of its own site alone", async () => {
    const form = (origin: string): Promise<{ status: number; text: string }> =>
      ask("subscribe", {
        method: "POST",
        body: new URLSearchParams({ email: "ann@example.org", rhythm: "weekly" }).toString(),
        headers: { "content-type": "application/x-www-form-urlencoded", origin },
      });
    for (const origin of ["https://evil.example", "null"]) expect((await form(origin)).status).toBe(403);
    const { status, text } = await form("https://news.example.org");
    expect([status, text]).toEqual([202, expect.stringContaining("<!doctype html>")]);
    expect(await receiver.until(1)).toHaveLength(1);
  });

  it("is asked for again where the mail server puts a mail off, and others get theirs meanwhile", async () => {
    receiver.onRecipient = (address) => (address === "later@example.org" ? "451 try again" : null);
    for (const name of ["later", "now"]) await subscribe({ email: `${name}@example.org` });
    await receiver.until(1);
    expect(receiver.mails.map(({ to }) => to)).toEqual([["now@example.org"]]);
    await vi.waitFor(
      async () =>
        expect(
          await database.query(
            "select name from minimand_queue.job where name = 'confirmations' and state = 'retry'",
          ),
        ).toHaveLength(1),
      { timeout: 60_000 },
    );
  });

  it("refuses links that are too old, changed, or for something else", async () => {
    await subscriber("ann@example.org");
    const [mail] = await digest();
    const link = linkIn(mail, "unsubscribe");
    const changed = new URL(link.href.replace(/.$/, (last) => (last === "A" ? "B" : "A")));
    const elsewhere = new URL(link.href.replace("/unsubscribe?", "/confirm?"));
    const [{ id }] = await database.query<{ id: string }>("select id::text from minimand.subscriptions");
    const old = new URL(
      `${url}unsubscribe?token=${signToken(key, { to: "unsubscribe", subscription: id }, Date.now() - 1)}`,
    );
    for (const [to, status] of [
      [changed, 400],
      [elsewhere, 400],
      [new URL("unsubscribe", url), 400],
      [old, 410],
    ] as const)
      for (const method of ["GET", "POST"]) expect((await ask(to, { method })).status).toBe(status);
    expect(await addresses()).toEqual(["ann@example.org"]);
  });

  it("refuses bodies that are too large", async () => {
    const body = JSON.stringify({ email: `${"a".repeat(5000)}@example.org` });
    expect((await ask("subscribe", { method: "POST", body })).status).toBe(413);
    const mail = "x".repeat(1024 * 1024 + 1);
    const headers = { authorization: `Bearer ${token}` };
    expect((await ask("bounces", { method: "POST", body: mail, headers })).status).toBe(413);
    // Only who has the token may send as much as a mail.
    const half = mail.slice(mail.length / 2);
    expect((await ask("bounces", { method: "POST", body: half, headers })).status).toBe(400);
    for (const path of ["bounces", "nowhere", "nowhere/bounces", "confirm"])
      expect((await ask(path, { method: "POST", body: half })).status).toBe(413);
  });

  it("says what is wrong with a form that can't be read", async () => {
    written.mockClear();
    for (const type of ["multipart/form-data", "multipart/form-data; boundary=b"]) {
      const { status, text } = await ask("subscribe", {
        method: "POST",
        body: "email=ann@example.org",
        headers: { "content-type": type },
      });
      expect([status, text]).toEqual([
        400,
        expect.stringContaining("body: expected a form with email, rhythm"),
      ]);
    }
    expect(written).not.toHaveBeenCalled();
  });
});

describe("addresses that are gone", () => {
  const report = (messageId: string, status: string, recipient = "someone@else.example"): string =>
    [
      "Content-Type: multipart/report; report-type=delivery-status; boundary=b",
      "",
      "--b",
      "Content-Type: message/delivery-status",
      "",
      "Reporting-MTA: dns; mx.example.org",
      "",
      `Final-Recipient: rfc822; ${recipient}`,
      "Action: failed",
      `Status: ${status}`,
      ...(messageId === ""
        ? []
        : ["--b", "Content-Type: text/rfc822-headers", "", `Message-ID: ${messageId}`]),
      "--b--",
      "",
    ].join("\r\n");
  const bounce = (body: string, authorization = `Bearer ${token}`) =>
    ask("bounces", { method: "POST", body, headers: { authorization, "content-type": "message/rfc822" } });

  it("end their subscriptions when a server refuses them for good, and no other does", async () => {
    for (const name of ["gone", "ann", "full"]) await subscriber(`${name}@example.org`);
    receiver.onRecipient = (address) =>
      address.startsWith("gone")
        ? "550 5.1.1 no such user"
        : address.startsWith("full")
          ? "452 4.2.2 full"
          : null;
    expect((await digest()).map(({ to }) => to[0])).toEqual(["ann@example.org"]);
    expect(await addresses()).toEqual(["ann@example.org", "full@example.org"]);
    receiver.onRecipient = () => null;
    await database.query("update minimand.digests set try_at = now()");
    expect((await digest()).map(({ to }) => to[0]).sort()).toEqual(["ann@example.org", "full@example.org"]);
  });

  it("are kept where the mail server takes nothing from us at all", async () => {
    for (const name of ["ann", "bob"]) await subscriber(`${name}@example.org`);
    receiver.onRecipient = () => "530 5.7.0 authentication required";
    await expect(digest()).rejects.toThrow("530");
    receiver.onRecipient = () => "554 5.7.1 your network is listed";
    expect(await digest()).toEqual([]);
    expect(await addresses()).toEqual(["ann@example.org", "bob@example.org"]);
    receiver.onRecipient = () => null;
    expect(await digest()).toHaveLength(2);
  });

  it("end their subscriptions by a report of the mail server, whose mail it was is told by its Message-ID", async () => {
    for (const name of ["ann", "bob", "eve"]) await subscriber(`${name}@example.org`);
    const mails = await digest();
    const idOf = (name: string): string =>
      mails.find(({ to }) => to[0].startsWith(name))?.parsed.messageId ?? "";
    const answer = await bounce(report(idOf("ann"), "5.1.1"));
    expect([answer.status, answer.text]).toEqual([200, '{"failures":1}']);
    expect(await addresses()).toEqual(["bob@example.org", "eve@example.org"]);
    for (let i = 0; i < 2; i++) await bounce(report(idOf("eve"), "4.4.7"));
    expect(await addresses()).toEqual(["bob@example.org", "eve@example.org"]);
    await bounce(report(idOf("eve"), "5.7.1"));
    expect(await addresses()).toEqual(["bob@example.org"]);
  });

  it("are not ended by a report that names an address alone, or another Message-ID", async () => {
    await subscriber("ann@example.org");
    const [{ parsed }] = await digest();
    const own = parsed.messageId ?? "";
    const [{ id }] = await database.query<{ id: string }>("select id::text from minimand.subscriptions");
    const forged = [
      "",
      "<>",
      "<@example.org>",
      "<1@example.org>",
      `<${id}@example.org>`,
      `<${createHash("sha256").update("ann@example.org:1").digest("hex")}@example.org>`,
      own.replace(/[0-9a-f]/, (digit) => (digit === "0" ? "1" : "0")),
    ];
    for (const message of forged)
      for (let i = 0; i < 4; i++)
        expect((await bounce(report(message, "5.1.1", "ann@example.org"))).text, message).toBe(
          '{"failures":0}',
        );
    // A list behind the address: others of it may have got the mail.
    const one = "Final-Recipient: rfc822; someone@else.example\r\nAction: failed\r\nStatus: 5.1.1\r\n";
    const several = report(own, "5.1.1").replace("\r\nFinal-Recipient", `\r\n${one}\r\nFinal-Recipient`);
    expect((await bounce(several)).text).toBe('{"failures":2}');
    expect(await addresses()).toEqual(["ann@example.org"]);
    expect((await bounce(report(own, "5.1.1", "ann@example.org"))).text).toBe('{"failures":1}');
    expect(await addresses()).toEqual([]);
  });

  it("are told by nobody but the mail server", async () => {
    await subscriber("ann@example.org");
    const [{ parsed }] = await digest();
    const body = report(parsed.messageId ?? "", "5.1.1");
    for (const authorization of ["", "Bearer", "Bearer another", `Basic ${token}`, `Bearer ${token}x`]) {
      const { status, text } = await bounce(body, authorization);
      expect([status, text]).toEqual([401, expect.not.stringContaining(token)]);
    }
    expect((await bounce("Subject: hello\n\nhello")).status).toBe(400);
    expect(await addresses()).toEqual(["ann@example.org"]);
  });
});

describe("a row that nobody of us wrote", () => {
  it("keeps its digest back, and no other", async () => {
    for (const name of ["ann", "bob", "eve"]) await subscriber(`${name}@example.org`);
    await database.query("update minimand.subscriptions set digests = 2147483647 where address like 'ann%'");
    await database.query("update minimand.subscriptions set address = 'nobody' where address like 'bob%'");
    told.length = 0;
    expect((await digest()).map(({ to }) => to[0])).toEqual(["eve@example.org"]);
    expect(told.join("\n")).toMatch(/digest \d+ failed \(\w+\)/);
    expect(told.join("\n")).not.toContain("nobody");
  });

  it("ends a plan that fails with a line, once", async () => {
    const lines: string[] = [];
    const own = await openDatabase(await freshPglite(), silent);
    const query: Database["query"] = (text, parameters) =>
      text.startsWith("with due as")
        ? Promise.reject(new Error("eve@example.org"))
        : own.query(text, parameters);
    const mail = { server: receiver.url, from, returnPath: from.address };
    const broken = await openSubscription({
      database: { ...own, query },
      key,
      url,
      mail,
      tell: (line) => lines.push(line),
    });
    await vi.waitFor(() => expect(lines).toHaveLength(1), 20_000);
    expect(lines[0]).toMatch(/^mail: the store failed \(.+\); trying again$/);
    await broken.close();
  });
});

it("neither says nor keeps an address anywhere but in its table", async () => {
  await subscriber("ann@example.org");
  await digest();
  await subscribe({ email: "bob@example.org" });
  await receiver.until(2);
  expect(told.length).toBeGreaterThan(0);
  expect(JSON.stringify([told, written.mock.calls])).not.toMatch(/@example\.org|"(ann|bob)/);
  const tables = await database.query<{ name: string }>(
    `select quote_ident(table_schema) || '.' || quote_ident(table_name) as name from information_schema.tables
    where table_schema in ('minimand', 'minimand_queue') and table_type = 'BASE TABLE' and table_name <> 'subscriptions'`,
  );
  expect(tables.length).toBeGreaterThan(10);
  for (const { name } of tables) {
    const rows = await database.query<{ text: string }>(`select t::text as text from ${name} t`);
    expect(rows.map(({ text }) => text).join("\n"), name).not.toContain("@example.org");
  }
});
