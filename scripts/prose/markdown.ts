import MarkdownIt, { type Token } from "markdown-it";
import { openedBy } from "./generated.ts";
import type { Passage } from "./passage.ts";

const parser = new MarkdownIt({ html: true });

/** Returns the paragraphs and headings of a page, without code, tables, addresses of links, and generated blocks. */
export function passagesOfPage(path: string, page: string, area: string): Passage[] {
  const passages: Passage[] = [];
  let generated: string | null = null;
  let isHeading = false;
  for (const { type, content, map, children } of parser.parse(page, {})) {
    if (type === "html_block")
      for (const [comment] of content.matchAll(/<!--[\s\S]*?-->/g)) {
        if (comment === `<!-- /${generated} -->`) generated = null;
        else generated ??= openedBy(comment, page);
      }
    else if (type === "heading_open" || type === "heading_close") isHeading = type === "heading_open";
    // Cells of tables have no map.
    else if (type === "inline" && map !== null && generated === null)
      passages.push({
        path,
        line: map[0] + 1,
        text: textOf(content, children ?? []),
        area,
        isHeading,
        page: path,
      });
  }
  return passages;
}

/** The text of a paragraph, with as many lines as it has in the page. */
function textOf(source: string, tokens: readonly Token[]): string {
  const code = source.matchAll(/(?<!`)(`+)(?!`)([\s\S]*?[^`])\1(?!`)/g);
  let inAddress = false;
  return tokens
    .map(({ type, content, markup }) => {
      if (type === "link_open" || type === "link_close")
        inAddress = type === "link_open" && markup === "autolink";
      if (type === "text") return inAddress ? "X" : content;
      if (type === "softbreak" || type === "hardbreak") return "\n";
      if (type !== "code_inline") return "";
      // The parser has replaced the line breaks of code by spaces.
      const [, , text = ""] = code.next().value ?? [];
      return `X${text.replaceAll(/[^\n]/g, "")}`;
    })
    .join("");
}

/** Returns the newest section of a changelog: what is older is history. */
export function newestSection(changelog: string): string {
  const second = [...changelog.matchAll(/^## /gm)][1];
  return second === undefined ? changelog : changelog.slice(0, second.index);
}
