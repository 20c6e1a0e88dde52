import { expect, it } from "vitest";
import { nowhere, siteOptions } from "./options.ts";
import { modulesOf } from "./reference/modules.ts";

it("a site has the address and the folder that are given, or its own", () => {
  expect(siteOptions([]).url).toBe(nowhere);
  expect(siteOptions([]).out).toMatch(/packages.site.dist$/);
  expect(siteOptions(["--url", "https://example.org/minimand"]).url).toBe("https://example.org/minimand/");
  expect(siteOptions(["--url", "https://example.org/?x#y", "--out", "/tmp/x"])).toEqual({
    url: "https://example.org/",
    out: "/tmp/x",
    modules: modulesOf("all"),
  });
  expect(siteOptions(["--modules", "none"]).modules).toEqual([]);
  expect(siteOptions(["--modules", "minimand/losses"]).modules).toEqual([
    { specifier: "minimand/losses", entry: "packages/minimand/src/losses/index.ts" },
  ]);
});

it.each([
  ["--url", "example.org"],
  ["--url", "file:///x/"],
  ["--out"],
  ["--base", "/x/"],
  ["more"],
  ["--modules", "losses"],
])("options that are none are refused: %s %s", (...args) => {
  expect(() => siteOptions(args.filter((arg) => arg !== undefined))).toThrow(
    /--(url|modules): expected|option|argument/,
  );
});
