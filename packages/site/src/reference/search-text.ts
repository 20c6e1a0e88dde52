import { escaped } from "./type-text.ts";

/**
 * Returns what the search knows of a page of the reference: its symbols and the first sentence on each. All that is said of them would make
 * its index many times larger, and hide the guides.
 *
 * @param source of the page
 * @returns HTML with the headings that VitePress splits a page by
 */
export function searchText(source: string): string {
  const [, title = ""] = /^# (.*)$/m.exec(source) ?? [];
  const symbols = source.matchAll(
    /^### (\S+) \{#(\S+)\}\n\n<pre[\s\S]*?<\/pre>\n\n((?!<a |- |```|\*\*|#)[\s\S]*?)(?:\n\n|$)/gm,
  );
  return [
    heading(1, title, "top"),
    ...[...symbols].map(
      ([, name, anchor, said]) => `${heading(2, name, anchor)}<p>${escaped(firstSentence(said))}</p>`,
    ),
  ].join("\n");
}

const heading = (level: number, text: string, anchor: string): string =>
  `<h${level} id="${anchor}">${escaped(text)} <a class="header-anchor" href="#${anchor}">#</a></h${level}>`;

function firstSentence(text: string): string {
  const plain = text
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replaceAll(/[`*]/g, "")
    .replaceAll(/\s+/g, " ");
  return /^.*?(?<![.\s])[.;](?= |$)/.exec(plain)?.[0] ?? plain;
}
