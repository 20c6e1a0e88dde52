import fc from "fast-check";
import { parseHTML } from "linkedom";
import { describe, expect, it } from "vitest";
import { html, trusted } from "./markup.ts";

describe("html", () => {
  it("gives any text back as it was, in elements and in attributes", () => {
    // Carriage returns and NUL are changed by every HTML parser before it sees markup.
    const text = fc.string({ unit: "binary" }).map((s) => s.replace(/[\r\0\ud800-\udfff]/g, ""));
    fc.assert(
      fc.property(text, (value) => {
        const { document } = parseHTML(html`<body><p title="${value}">${value}</p></body>`.markup);
        const p = document.querySelector("p");
        return (
          p?.textContent === value &&
          p.getAttribute("title") === value &&
          document.querySelectorAll("*").length <= 4
        );
      }),
    );
  });

  it("escapes what would end an attribute or begin an element", () => {
    expect(html`<a title='${`'"><script>&`}'>`.markup).toBe("<a title='&#39;&quot;&gt;&lt;script&gt;&amp;'>");
  });

  it("joins lists, prints numbers, leaves out null and false, and keeps markup", () => {
    expect(html`${[1, html`<b>${"<"}</b>`, [null, false, "x"]]}${trusted("<i>")}`.markup).toBe(
      "1<b>&lt;</b>x<i>",
    );
  });

  it("trusts nothing that was parsed, copied or made up to look like markup", () => {
    const own = html`<b>${"<"}</b>`;
    const copies: unknown[] = [
      JSON.parse('{"markup":"<script>"}'),
      structuredClone(own),
      { ...own, markup: "<script>" },
      Object.assign(Object.create(own) as object, {}),
      Object.create(Object.getPrototypeOf(own) as object),
      undefined,
      true,
    ];
    for (const copy of [...copies, [copies[0]]])
      expect(() => html`<p>${copy as string}</p>`).toThrow(
        /^html: expected text, a number, markup or a list of them, got /,
      );
  });
});
