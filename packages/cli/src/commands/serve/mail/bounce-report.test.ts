import { describe, expect, it } from "vitest";
import { readBounce } from "./bounce-report.ts";

const report = (status: string, { returned = "", boundary = '"b-1"', head = "" } = {}): string =>
  `From: MAILER-DAEMON@mx.example.org
Subject: Undelivered
Content-Type: multipart/report; report-type=delivery-status;
\tboundary=${boundary}

This is a MIME message.
--b-1
Content-Type: text/plain

I'm sorry: <ann@example.org> is not here. Action: failed
--b-1
Content-Type: message/delivery-status
${head}
${status}
${returned}--b-1--
Content-Type: message/delivery-status

Final-Recipient: rfc822; after@example.org
Action: failed
`;
const failed = `Reporting-MTA: dns; mx.example.org
Arrival-Date: Fri, 27 Nov 2026 12:00:00 +0000

Final-Recipient: rfc822; ann@example.org
Original-Recipient: rfc822;Ann.Lee@example.org
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 <ann@example.org>: Recipient address
    rejected: User unknown
`;

describe("readBounce", () => {
  it("reads who could not be reached, and whose mail came back", () => {
    for (const kind of ["message/rfc822", "text/rfc822-headers", "message/global-headers"]) {
      const returned = `--b-1\nContent-Type: ${kind}\n\nSubject: x\nMessage-ID:\n <abc@news.example.org>\n\nMessage-ID: <other@x>\n`;
      const expected = {
        messages: ["abc@news.example.org"],
        failures: [{ recipient: "Ann.Lee@example.org", status: "5.1.1" }],
      };
      const text = report(failed, { returned });
      expect(readBounce(text)).toEqual(expected);
      expect(readBounce(text.replaceAll("\n", "\r\n"))).toEqual(expected);
    }
  });

  it("reads several recipients, each with its own status, and leaves out those that aren't lost", () => {
    const status = `Reporting-MTA: dns; mx.example.org

Final-Recipient: RFC822; <one@example.org>
Action: failed
Status: 5.2.2 (mailbox full)

Final-Recipient: rfc822; two@example.org
Action: delayed
Status: 4.4.1

Final-Recipient: rfc822; three@example.org
ACTION: Failed
Status: 4.4.7


Final-Recipient: rfc822; four@example.org
Action: relayed
Status: 2.0.0
`;
    expect(readBounce(report(status, { boundary: "b-1" }))).toEqual({
      messages: [],
      failures: [
        { recipient: "one@example.org", status: "5.2.2" },
        { recipient: "three@example.org", status: "4.4.7" },
      ],
    });
  });

  it("reads parts that are encoded", () => {
    const base64 = Buffer.from(failed).toString("base64").replace(/.{60}/g, "$&\n");
    const quoted = failed.replaceAll("=", "=3D").replace("5.1.1\n", "5.1=\n.1\n").replace("ann@", "ann=40");
    for (const [encoding, text] of [
      ["base64", base64],
      ["quoted-printable", quoted],
    ]) {
      const head = `Content-Transfer-Encoding: ${encoding}\n`;
      expect(readBounce(report(text, { head }))?.failures, encoding).toEqual([
        { recipient: "Ann.Lee@example.org", status: "5.1.1" },
      ]);
    }
  });

  it("reads the first hundred recipients of a report", () => {
    const group = (i: number): string =>
      `Final-Recipient: rfc822; a${i}@example.org\nAction: failed\nStatus: 5.1.1\n\n`;
    const status = `Reporting-MTA: dns; x\n\n${Array.from({ length: 5000 }, (_, i) => group(i)).join("")}`;
    expect(readBounce(report(status))?.failures).toHaveLength(100);
  });

  // 60 kB of this took 21 seconds, and the route takes a megabyte.
  it("reads an address of many @ at once", { timeout: 10_000 }, () => {
    const mail = report(failed.replace("Ann.Lee@example.org", `${"@a".repeat(400_000)} <`));
    expect(readBounce(mail)?.failures).toEqual([{ recipient: "ann@example.org", status: "5.1.1" }]);
  });

  it("reads a boundary in quotes, behind other parameters", () => {
    const boundary = '"b\\-1"; charset=x';
    expect(readBounce(report(failed, { boundary }))?.failures).toHaveLength(1);
  });

  it("knows other mails, whatever they say", () => {
    const other = report(failed).replace("multipart/report", "multipart/mixed");
    for (const mail of [
      "",
      "\n",
      "\n\n",
      "hello",
      other,
      failed,
      report(failed).replace("message/delivery", "text/delivery"),
    ])
      expect(readBounce(mail)).toBeNull();
  });
});
