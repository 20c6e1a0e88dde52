import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mailAddress } from "./mail-address.ts";

describe("mailAddress", () => {
  it.each([
    ["ann@example.org", "ann@example.org"],
    [" Ann.Lee+news@Example.ORG\n", "Ann.Lee+news@example.org"],
    ["o'neil_1@a-b.co.uk", "o'neil_1@a-b.co.uk"],
    ["ann@bücher.example", "ann@xn--bcher-kva.example"],
  ])("reads %j", (given, address) => {
    expect(mailAddress(given)).toBe(address);
  });

  it.each([
    ...[
      "",
      "ann",
      "@example.org",
      "ann@",
      "ann@localhost",
      "a@b@",
      "ann@exa mple.org",
      "ann@-a.org",
      "ann@a..org",
    ],
    ...[
      "ann..lee@example.org",
      ".ann@example.org",
      "ann.@example.org",
      '"ann lee"@example.org',
      "ann@[127.0.0.1]",
      "ann@example.org\nDATA",
      "ann@example\t.org",
      "ann@example.org?subject=x",
      "ann@example.org/x",
      "ann@example.org#x",
      "ann@example.org\\x",
      "ann@exam%70le.org",
      "ann@127.0.0.1",
      "ann@127.1",
      "ann@2130706433",
    ],
    ...["ann@example.org\nBcc: bob@example.org", "ann\r\n@example.org", "ann@example.org,bob@example.org"],
    ...[
      "Ann <ann@example.org>",
      "ann;bob@example.org",
      `${"a".repeat(65)}@example.org`,
      `a@${"b.".repeat(130)}org`,
    ],
    ...["änn@example.org", "ann\0@example.org", "ann@example.org>", "ann@127.0.0.1:25"],
    ...[undefined, null, 7, ["ann@example.org"], { toString: () => "ann@example.org" }],
  ])("refuses %j, and doesn't show it", (given) => {
    let message = "";
    try {
      mailAddress(given);
    } catch (error) {
      message = (error as Error).message;
    }
    expect(message).toMatch(
      /^email: expected an address such as name@example\.org, got (none|no text|an invalid one)$/,
    );
  });

  it("never lets anything through that ends a line or a list of addresses", () => {
    const pieces = fc.constantFrom(
      "a",
      ".",
      "@",
      "example",
      "org",
      "\r\n",
      "\n",
      ",",
      ";",
      "<",
      ">",
      " ",
      '"',
      "(",
      "\u2028",
      "ａ",
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 12 }), (parts) => {
        let address: string;
        try {
          address = mailAddress(parts.join(""));
        } catch {
          return;
        }
        expect(address).toMatch(/^[!-~]+$/);
        expect(address).not.toMatch(/[\s,;<>"()]/);
        expect(address.split("@")).toHaveLength(2);
      }),
      { numRuns: 3000 },
    );
  });
});
