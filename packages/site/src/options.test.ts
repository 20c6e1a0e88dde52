import { expect, it } from "vitest";
import { nowhere, siteOptions } from "./options.ts";

it("a site has the address and the folder that are given, or its own", () => {
  expect(siteOptions([]).url).toBe(nowhere);
  expect(siteOptions([]).out).toMatch(/packages.site.dist$/);
  expect(siteOptions(["--url", "https://example.org/minimand"]).url).toBe("https://example.org/minimand/");
  expect(siteOptions(["--url", "https://example.org/?x#y", "--out", "/tmp/x"])).toEqual({
    url: "https://example.org/",
    out: "/tmp/x",
  });
});

it.each([["--url", "example.org"], ["--url", "file:///x/"], ["--out"], ["--base", "/x/"], ["more"]])(
  "options that are none are refused: %s %s",
  (...args) => {
    expect(() => siteOptions(args.filter((arg) => arg !== undefined))).toThrow(
      /--url: expected|option|argument/,
    );
  },
);
