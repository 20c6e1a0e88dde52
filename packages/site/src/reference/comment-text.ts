import type { Comment, CommentDisplayPart, CommentTag } from "typedoc";

/** Markdown of a link to what a docstring names, with the words shown; null for what isn't in the reference. */
export type LinkOf = (name: string, words: string) => string | null;

const headings: { [tag: string]: string } = {
  "@returns": "Returns",
  "@yields": "Yields",
  "@throws": "Throws",
  "@see": "See",
  "@reference": "Reference",
  "@typeParam": "Types",
  "@defaultValue": "Default",
  "@deprecated": "Deprecated",
};

/** Returns what a docstring says, in Markdown. */
export function partsText(parts: readonly CommentDisplayPart[], linkOf: LinkOf): string {
  return parts
    .map((part) => {
      if (part.kind === "code") return part.text;
      if (part.kind === "text") return proseText(part.text);
      if (part.kind !== "inline-tag") return proseText(part.text);
      const [, name, words] = /^\s*(\S+?)(?:\s*\|\s*|\s+|$)([\s\S]*)$/.exec(part.text) ?? [];
      if (name === undefined) return proseText(part.text);
      const shown = words?.trim() || `\`${name}\``;
      return linkOf(name, shown) ?? shown;
    })
    .join("")
    .trim();
}

/** Prose is no HTML and no template, and the papers that it names are a click away. */
const proseText = (text: string): string =>
  text
    .replaceAll(/<(?=[a-z/!?])/gi, "&lt;")
    .replaceAll("{", "&#123;")
    .replaceAll(/\barXiv (\d{4}\.\d{4,5})\b/g, "arXiv [$1](https://arxiv.org/abs/$1)");

/** Returns the lines of a docstring below its description: what it takes, gives and throws, examples, sources. */
export function tagsText(
  comment: Comment | undefined,
  parameters: readonly CommentTag[],
  linkOf: LinkOf,
): string[] {
  const given = parameters.filter(({ content }) => content.length > 0);
  const list = given.map(
    ({ name, content }) => `- \`${name}\`: ${indented(partsText(content, linkOf).replace(/^- /, ""))}`,
  );
  const others = (comment?.blockTags ?? []).filter(({ tag }) => tag !== "@param");
  return [
    ...(list.length === 0 ? [] : [list.join("\n")]),
    ...others.map(({ tag, name, content }) => {
      const text = partsText(content, linkOf);
      if (tag === "@example") return text;
      return `**${headings[tag] ?? tag.slice(1)}** ${name === undefined ? "" : `\`${name}\`: `}${text}`;
    }),
  ];
}

/** Indents a text as the further lines of an item of a list. */
export const indented = (text: string, by = "  "): string => text.replaceAll(/\n(?=[^\n])/g, `\n${by}`);
