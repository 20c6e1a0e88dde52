import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { brokenLinks } from "./check-links.ts";

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "minimand-links-"));
  mkdirSync(join(folder, "docs"));
  writeFileSync(join(folder, "style.css"), "");
  writeFileSync(join(folder, "docs/a b.html"), '<h2 id="näher">x</h2><a href="../index.html">up</a>');
});

afterAll(() => rmSync(folder, { recursive: true }));

it("links of a built site that lead to nothing are told with their page", () => {
  writeFileSync(
    join(folder, "index.html"),
    `<link href="/sub/style.css"><a href="/sub/">home</a><a href="/sub/docs/a%20b.html#n%C3%A4her">there</a>
<a href="https://example.org/gone">away</a><a href="#top">x</a><p id="top"></p>
<a href="/sub/docs/c.html">1</a><a href="/style.css">2</a><img src="/sub/p.png"><a href="/sub/docs/a%20b.html#weiter">4</a>
<a href="#nowhere">5</a>`,
  );
  expect(brokenLinks(folder, "https://example.com/sub/")).toEqual([
    "index.html: /sub/docs/c.html",
    "index.html: /style.css",
    "index.html: /sub/docs/a%20b.html#weiter",
    "index.html: #nowhere",
    "index.html: /sub/p.png",
  ]);
});

it("addresses of the site itself are followed on pages and in the lists for crawlers and language models", () => {
  const url = "https://example.com/sub/";
  writeFileSync(
    join(folder, "index.html"),
    `<link rel="canonical" href="${url}"><a href="${url}gone.html">x</a>`,
  );
  writeFileSync(
    join(folder, "llms.txt"),
    `# A\n\n- [b](${url}docs/a%20b.html): c\n- [d](${url}docs/d.html)\n- [e](https://example.org/e)\n`,
  );
  writeFileSync(join(folder, "robots.txt"), `User-agent: *\nAllow: /\n\nSitemap: ${url}map.xml\n`);
  writeFileSync(
    join(folder, "sitemap.xml"),
    `<url><loc>${url}</loc></url><url><loc>${url}x.html</loc></url>`,
  );
  expect(brokenLinks(folder, url)).toEqual([
    `index.html: ${url}gone.html`,
    `llms.txt: ${url}docs/d.html`,
    `robots.txt: ${url}map.xml`,
    `sitemap.xml: ${url}x.html`,
  ]);
});
