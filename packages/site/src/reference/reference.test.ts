import { globSync, readFileSync } from "node:fs";
import * as online from "@minimand/lab/online";
import { beforeAll, describe, expect, it } from "vitest";
import { aboutModule } from "./about.ts";
import { modules } from "./modules.ts";
import { linksOf, type Places } from "./places.ts";
import { type Reference, referenceOf } from "./reference.ts";
import type { Named, Room } from "./rooms.ts";
import { searchText } from "./search-text.ts";

/** Letters and digits of a text, without what marks them up. */
const bare = (text: string): string =>
  text
    .replaceAll(/<\/?(?:a|code|pre)\b[^>]*>/g, "")
    .replaceAll(/\]\([^)]*\)/g, "")
    .replaceAll(/&(?:#123|amp|lt|gt|quot);/g, "")
    .replaceAll(/[^\p{L}\p{N}]/gu, "");

/** The parts of a docstring, as a page has them. */
function partsOf(docstring: string): string[] {
  return docstring
    .replaceAll(/^\s*\*? ?/gm, "")
    .replaceAll(/\{@link\s+(?:[^}|]*\|)?([^}]*)\}/g, "$1")
    .split(/\n\n|^@(?!param)\w+|^@param/m)
    .map(bare)
    .filter((part) => part !== "");
}

it("says what each module is for, without marks of comments", () => {
  for (const module of modules()) expect(aboutModule(module), module.specifier).toMatch(/^[A-Z][^*]*\.$/);
});

describe("the reference of a module", () => {
  let reference: Reference;
  let text: string;
  beforeAll(async () => {
    reference = await referenceOf([
      { specifier: "@minimand/lab/online", entry: "packages/lab/src/online/index.ts" },
    ]);
    text = [...reference.pages]
      .flatMap(([path, page]) => (path.startsWith("api/lab/") ? page : []))
      .join("\n\n### ");
  });

  it("has every export, by its name", () => {
    const names = new Set([...text.matchAll(/^### (\S+) \{#/gm)].map(([, name]) => name));
    expect(Object.keys(online).filter((name) => !names.has(name))).toEqual([]);
    // Types as well.
    expect(names.has("BanditOptions")).toBe(true);
  });

  it("says all that docstrings say, of members and of arguments without a name, too", () => {
    const sections = new Map(
      text
        .split(/^### (?=\S+ \{#)/m)
        .map((section) => [section.slice(0, section.indexOf(" ")), bare(section)]),
    );
    const declared =
      /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\nexport (?:async )?(?:function\*?|const|interface|type|class) (\w+)((?:[^\n]*\{\n(?: [^\n]*\n|\n)*\})?)/g;
    const lacks: string[] = [];
    let parts = 0;
    for (const file of globSync("packages/lab/src/online/**/*.ts").filter(
      (file) => !file.endsWith(".test.ts"),
    ))
      for (const [whole, docstring, name, body] of readFileSync(file, "utf8").matchAll(declared)) {
        const section = sections.get(name);
        // Others may be called the same elsewhere.
        if (!section?.includes(bare(file.slice("packages/".length)))) continue;
        const members = /export (?:interface|type)/.test(whole)
          ? [...body.matchAll(/\/\*\*([\s\S]*?)\*\//g)]
          : [];
        for (const part of [docstring, ...members.map(([, said]) => said)].flatMap(partsOf)) {
          parts++;
          if (!section.includes(part)) lacks.push(`${file}, ${name}: ${part}`);
        }
      }
    expect(lacks).toEqual([]);
    expect(parts).toBeGreaterThan(500);
    expect(text).toContain("- `input.loss`: `[layers][states][actions]`");
  });

  it("links to the papers that docstrings name", () => {
    expect(text).toContain("arXiv [2312.07145](https://arxiv.org/abs/2312.07145)");
    expect(text).not.toMatch(/arXiv \d{4}\.\d/);
  });

  it("links to what it names, and to the words of the source, which it brings", () => {
    const bandits = reference.pages.get("api/lab/online/bandits.md") ?? "";
    expect(bandits).toContain('linUcb(options: <a href="#LinUcbOptions">LinUcbOptions</a>)');
    const file = "source/packages/lab/src/online/bandits/linear/linear-bandits.ts.txt";
    expect(bandits).toContain(`href="../../../${file}#:~:text=export%20function%20linUcb"`);
    expect(reference.pages.get(`public/${file}`)).toContain("\nexport function linUcb(");
  });

  it("knows where a piece is described, and of one that isn't, nothing", () => {
    const address = reference.addressOf("linUcb");
    expect(address).toBe("api/lab/online/bandits.html#linUcb");
    expect(reference.pages.get("api/lab/online/bandits.md")).toContain("\n### linUcb {#linUcb}\n");
    expect(reference.addressOf("focal")).toBeNull();
  });

  it("leads from the addresses that the pages had before, anchors kept", () => {
    const moved = reference.pages.get("public/api/minimand/online/bandits.html");
    expect(moved).toContain('location.replace("../../lab/online/bandits.html" + location.hash)');
    expect(
      [...reference.pages.keys()].filter((path) => path.startsWith("public/api/minimand/")),
    ).toHaveLength([...reference.pages.keys()].filter((path) => path.startsWith("api/lab/")).length);
  });

  it("gives the search names and first sentences", () => {
    const known = searchText(reference.pages.get("api/lab/online/bandits.md") ?? "");
    expect(known).toMatch(/<h2 id="linUcb">linUcb .*<\/h2><p>LinUCB: ridge regression of rewards[^<]*<\/p>/);
    expect(known).not.toContain("Deterministic: its propensities");
  });
});

it("a name that nothing has is told, and is no link", () => {
  const nothing: Places = { of: () => undefined, named: () => [] };
  const lost: string[] = [];
  const symbol = { children: undefined } as unknown as Named["symbol"];
  const linkOf = linksOf({ name: "focal", symbol }, { page: "api/x" } as Room, nothing, (name) =>
    lost.push(name),
  );
  expect(linkOf("focl", "focl")).toBeNull();
  expect(lost).toEqual(["focl"]);
});

it("docstrings link to what is declared somewhere", () => {
  const files = globSync("packages/{minimand,lab,compare,papers,native}/src/**/*.ts").filter(
    (file) => !/\.(test|fixture)\.ts$/.test(file),
  );
  const texts = files.map((file) => readFileSync(file, "utf8"));
  const exported = new Set(
    texts.flatMap((text) =>
      [...text.matchAll(/^export .*?(?:function\*?|const|interface|type|class|namespace|as) (\w+)/gm)].map(
        ([, name]) => name,
      ),
    ),
  );
  const lost = texts.flatMap((text, i) =>
    [...text.matchAll(/\{@link\s+([\w$]+)/g)]
      .map(([, name]) => name)
      .filter(
        (name) =>
          !exported.has(name) &&
          !new RegExp(`^ *(?:readonly |async |const |function\\*? ?)*${name}\\b[?]? *[:(<=]`, "m").test(text),
      )
      .map((name) => `${files[i]}: ${name}`),
  );
  expect(lost).toEqual([]);
});
