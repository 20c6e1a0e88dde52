/** Pages that `npm run docs` or a benchmark writes as a whole. */
export const generatedPages: readonly string[] = ["bench/RESULTS.md", "bench/networks/RESULTS.md"];

/** The name of the block that a comment opens, `<!-- NAME -->` or `<!-- NAME {...} -->`, where the page closes it. */
export function openedBy(comment: string, page: string): string | null {
  const [, name] = /^<!-- ([\w-]+) (?:\{[^>]*\} )?-->$/.exec(comment) ?? [];
  return name !== undefined && page.includes(`<!-- /${name} -->`) ? name : null;
}
