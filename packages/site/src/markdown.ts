import type { MarkdownRenderer } from "vitepress";

/**
 * Indented code is shown as fenced commands are: with a box of its own that scrolls. A corner of a table without words is no
 * head of anything.
 */
export function readableMarkdown(md: MarkdownRenderer): void {
  const { rules } = md.renderer;
  rules.code_block = (tokens, i, options, env, self) => {
    tokens[i].info = "sh";
    return rules.fence!(tokens, i, options, env, self);
  };
  rules.th_open = (tokens, i, options, _, self) => {
    if (tokens[i + 1].content === "") tokens[i].tag = tokens[i + 2].tag = "td";
    return self.renderToken(tokens, i, options);
  };
}

/** Anchors as on GitHub, where the same pages are read. */
export function githubSlug(heading: string): string {
  return heading
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
    .replaceAll(/\s/g, "-");
}
