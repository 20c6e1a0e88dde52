import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Receiver, startReceiver } from "./mail-receiver.fixture.ts";
import { checkServer, type Mailer, openMailer, senderOf } from "./mailer.ts";

let receiver: Receiver;
let mailer: Mailer;
beforeAll(async () => {
  receiver = await startReceiver();
  const from = { name: "Minimand", address: "news@example.org" };
  mailer = openMailer({ server: receiver.url, from, returnPath: "bounces@example.org" });
});
afterAll(async () => {
  mailer.close();
  await receiver[Symbol.asyncDispose]();
});
beforeEach(() => {
  receiver.mails.length = 0;
  receiver.onRecipient = () => null;
  receiver.onData = () => null;
});

const mail = {
  subject: "News",
  text: "What is new",
  html: "<p>What is new</p>",
  to: "ann@example.org",
  message: "0123abcd",
  date: new Date("2026-01-02T03:04:05Z"),
  unsubscribe: "https://example.org/unsubscribe?token=a.b",
};

describe("openMailer", () => {
  it("sends what RFC 8058 asks for, from whom and when it was told", async () => {
    expect(await mailer.send(mail)).toBe("sent");
    const [{ to, from, parsed, raw }] = receiver.mails;
    expect([to, from]).toEqual([["ann@example.org"], "bounces@example.org"]);
    expect(parsed.messageId).toBe("<0123abcd@example.org>");
    expect(parsed.date).toEqual(mail.date);
    expect(parsed.from?.text).toBe('"Minimand" <news@example.org>');
    expect(raw).toMatch(/^List-Unsubscribe: <https:\/\/example\.org\/unsubscribe\?token=a\.b>\r$/m);
    expect(raw).toMatch(/^List-Unsubscribe-Post: List-Unsubscribe=One-Click\r$/m);
    expect(raw).toMatch(/^Auto-Submitted: auto-generated\r$/m);
    expect(parsed.text?.trim()).toBe("What is new");
    expect(parsed.html).toContain("<p>What is new</p>");
  });

  it("writes no further header or recipient, whatever an address or a subject holds", async () => {
    for (const to of ["ann@example.org\r\nBcc: eve@example.org", "ann@example.org, eve@example.org"])
      await expect(mailer.send({ ...mail, to })).rejects.toThrow("got an invalid one");
    await mailer.send({ ...mail, subject: "News\r\nBcc: eve@example.org\r\n\r\nOther" });
    expect(receiver.mails).toHaveLength(1);
    for (const { to, parsed } of receiver.mails) {
      expect(to).toEqual(["ann@example.org"]);
      expect([...parsed.headers.keys()]).not.toContain("bcc");
      expect(parsed.text?.trim()).toBe("What is new");
    }
  });

  it.each([
    ["550 5.1.1 no such user", "none"],
    ["550 no such user", "none"],
    ["552 5.2.2 mailbox full", "none"],
    ["550 5.7.1 we don't want you", "refused"],
    ["554 no", "refused"],
    ["450 4.2.0 greylisted", "later"],
    ["503 not now", "later"],
  ])("takes '%s' to a recipient as %s", async (answer, delivery) => {
    receiver.onRecipient = () => answer;
    expect(await mailer.send(mail)).toBe(delivery);
    receiver.onRecipient = () => null;
    expect(await mailer.send(mail)).toBe("sent");
  });

  it.each([
    ["554 5.7.1 looks like spam", "refused"],
    ["550 5.1.1 no such user", "refused"],
    ["451 4.3.0 try again", "later"],
  ])("takes '%s' to what was sent as %s", async (answer, delivery) => {
    receiver.onData = () => answer;
    expect(await mailer.send(mail)).toBe(delivery);
  });

  it.each(["421 closing", "530 5.7.0 authentication required"])(
    "takes '%s' as said of itself, and names no recipient",
    async (answer) => {
      receiver.onRecipient = () => `${answer} ann@example.org`;
      await expect(mailer.send(mail)).rejects.toThrow(
        /^EENVELOPE RCPT TO \d{3}$|^E[A-Z]+( [A-Z ]+)?( \d{3})?$/,
      );
    },
  );

  it("sends many over one connection, and keeps none that is idle", async () => {
    await mailer.send(mail);
    for (let i = 0; i < 5; i++) {
      await mailer.send(mail);
      expect(receiver.connections).toBe(1);
    }
    await expect.poll(() => receiver.connections, { timeout: 60_000 }).toBe(0);
    expect(await mailer.send(mail)).toBe("sent");
  });

  it("says that nobody is there, and names no recipient", async () => {
    const from = { name: "", address: "news@example.org" };
    const nowhere = openMailer({ server: "smtp://127.0.0.1:1", from, returnPath: from.address });
    const failure = await nowhere.send(mail).catch((error: Error) => error);
    nowhere.close();
    expect(failure).toBeInstanceOf(Error);
    expect((failure as Error).name).toBe("MailServerError");
    expect(JSON.stringify(failure, Object.getOwnPropertyNames(failure))).not.toContain("ann@");
  });
});

describe("settings of mail", () => {
  it("reads who writes", () => {
    expect(senderOf("--from", "News <news@Example.org>")).toEqual({
      name: "News",
      address: "news@example.org",
    });
    expect(senderOf("--from", "news@example.org")).toEqual({ name: "", address: "news@example.org" });
    for (const text of ["", "News", "a@example.org, b@example.org", "News <news>", "x\n <a@b>"])
      expect(() => senderOf("--from", text)).toThrow(/^--from: expected an address such as/);
  });

  it("refuses servers of another kind, and shows no password", () => {
    expect(checkServer("smtps://me:secret@mail.example.org")).toBe("smtps://me:secret@mail.example.org");
    for (const text of ["mail.example.org", "https://me:secret@mail.example.org", "secret"])
      expect(() => checkServer(text)).toThrow(
        "SMTP_URL: expected smtp://USER:PASSWORD@HOST:PORT or smtps://, got another address",
      );
  });
});
