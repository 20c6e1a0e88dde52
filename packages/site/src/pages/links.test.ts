import { describe, expect, it } from "vitest";
import { linkPages } from "./links.ts";

const pageOf = (file: string): string | undefined =>
  ({ "docs/reading.md": "docs/reading", "CONTRIBUTING.md": "docs/contributing" })[file];

const turned = (text: string, file = "docs/results.md") => linkPages(text, file, pageOf);

describe("links between files of the repository", () => {
  it("lead to their pages, with their anchors", () => {
    expect(turned("[how](reading.md#one-column) and [this](../CONTRIBUTING.md)").text).toBe(
      "[how](/docs/reading.md#one-column) and [this](/docs/contributing.md)",
    );
  });

  it("stay as they are where they leave the site or the page", () => {
    const text = "[a](https://example.org/x.md) [b](#below) [c](mailto:a@example.org)";
    expect(turned(text).text).toBe(text);
  });

  it("lead to a page with the source where a file is no page, and to the picture itself", () => {
    const { text, sources, files } = turned("[code](../examples/smoke.ts) ![p](ranking.png)");
    expect(text).toBe("[code](/source/examples/smoke.ts.md) ![p](/docs/ranking.png)");
    expect(sources).toEqual(["examples/smoke.ts"]);
    expect(files).toEqual(["docs/ranking.png"]);
  });

  it("that lead nowhere, out of the repository or to a folder are refused with their page", () => {
    expect(() => turned("[x](nothing.md)")).toThrow("docs/results.md: the link 'nothing.md' leads nowhere");
    expect(() => turned("[x](../../etc/passwd)")).toThrow(/leads nowhere/);
    expect(() => turned("[x](../examples)")).toThrow(/leads to a folder/);
  });

  it("are no links within code", () => {
    const code =
      "```ts\nconst x = [a](b);\n```\n`[x](nothing.md)` and ``[`y`](nothing.md)``\n\n~~~\n{{ x }}\n~~~\n";
    expect(turned(code).text).toBe(code);
  });

  it("leave no template behind for the site", () => {
    expect(turned("{{ name }} and `{{ name }}`").text).toBe("&#123;&#123; name }} and `{{ name }}`");
  });
});
