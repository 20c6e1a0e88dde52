import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, it } from "vitest";
import { keptFiles } from "./kept-files.ts";
import { keptPage } from "./kept-page.ts";

it("a page is found by the address that a server gives it, whatever follows", () => {
  const kept = ["https://a.org/s/index.html", "https://a.org/s/papers/lion.html"];
  const found = (url: string) => keptPage(url, (address) => kept.includes(address));
  expect(found("https://a.org/s/?topic=online#top")).toBe(kept[0]);
  expect(found("https://a.org/s/index.html")).toBe(kept[0]);
  expect(found("https://a.org/s/papers/lion?x=1")).toBe(kept[1]);
  expect(found("https://a.org/s/papers/lion.html#claim")).toBe(kept[1]);
  expect(found("https://a.org/s/papers/")).toBe(undefined);
});

it("pages are kept with what they load, and neither references nor what is loaded when something runs", () => {
  const folder = mkdtempSync(join(tmpdir(), "minimand-kept-"));
  const page = (script: string) =>
    `<link rel="modulepreload" href="/s/assets/${script}"><script type="module" src="/s/assets/app.1.js"></script><a href="/s/data.csv">`;
  const files = {
    "index.html": page("index.md.2.lean.js"),
    "404.html": page("index.md.2.lean.js"),
    "api/x.html": page("api_x.md.3.lean.js"),
    "assets/app.1.js": `import{a}from"./chunks/theme.4.js";import("./chunks/engine.5.js");`,
    "assets/chunks/theme.4.js": `import"../chunks/framework.6.js";export{}from"../../outside.js"`,
    "assets/chunks/framework.6.js": "",
    "assets/chunks/engine.5.js": "",
    "assets/chunks/VPLocalSearchBox.7.js": "",
    "assets/index.md.2.js": "",
    "assets/index.md.2.lean.js": "",
    "assets/api_x.md.3.lean.js": "",
    "data.csv": "",
  };
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  const kept = keptFiles(folder, "/s/");
  expect(kept.map(({ url }) => url)).toEqual([
    "assets/app.1.js",
    "assets/chunks/VPLocalSearchBox.7.js",
    "assets/chunks/framework.6.js",
    "assets/chunks/theme.4.js",
    "assets/index.md.2.js",
    "assets/index.md.2.lean.js",
    "index.html",
  ]);
  expect(kept.filter(({ revision }) => revision !== null).map(({ url }) => url)).toEqual(["index.html"]);
  writeFileSync(join(folder, "index.html"), `${files["index.html"]} `);
  expect(keptFiles(folder, "/s/").at(-1)?.revision).not.toBe(kept.at(-1)?.revision);
  rmSync(folder, { recursive: true });
});
