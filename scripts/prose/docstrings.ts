import { parseSync } from "rolldown/utils";
import { passagesOfPage } from "./markdown.ts";
import type { Passage } from "./passage.ts";

/** Returns what docstrings of exported declarations say on their first line; a sentence that begins there is taken to its end. */
export function docstringsOf(path: string, source: string, area: string): Passage[] {
  const { program, comments } = parseSync(path, source);
  const starts = new Set(
    program.body.filter(({ type }) => type.startsWith("Export")).map(({ start }) => start),
  );
  return comments
    .filter(({ type, value }) => type === "Block" && value.startsWith("*"))
    .filter(({ end }) => starts.has(end + (/\S/.exec(source.slice(end))?.index ?? 0)))
    .flatMap(({ start, value }) => {
      const opening = source.slice(0, start).split("\n").length;
      const [first] = passagesOfPage(path, pageOf(value), area);
      return first === undefined ? [] : [{ ...first, line: opening + first.line - 1, page: null }];
    })
    .map((passage) => ({ ...passage, text: firstLine(passage.text) }));
}

/** A docstring as a page of as many lines; tags begin code or references and end it. */
function pageOf(value: string): string {
  const page = value
    .slice(1)
    .replaceAll(/^[ \t]*\* ?/gm, "")
    .replaceAll(/\{@link(?:code|plain)? [^}]*\}/g, "X");
  const tag = page.search(/^\s*@\w/m);
  return (tag === -1 ? page : page.slice(0, tag)).replaceAll(/^[ \t]+/gm, "");
}

/** A text up to the end of the sentence that its first line ends in. */
function firstLine(text: string): string {
  const end = text.indexOf("\n");
  if (end === -1 || /[.!?]["')]*$/.test(text.slice(0, end)))
    return text.slice(0, end === -1 ? undefined : end);
  const rest = /[.!?]["')]*(?=\s+[\p{Lu}\d"(])/u.exec(text.slice(end));
  return rest === null ? text : text.slice(0, end + rest.index + rest[0].length);
}
