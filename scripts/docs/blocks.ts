/*
 * Pages hold what is generated between two comments, `<!-- NAME -->` or `<!-- NAME {"option": 1} -->`, and `<!-- /NAME -->`: the
 * first says what stands there, so that a page decides what it shows of its source.
 */

/** Writes anew what stands between the comments of `name`; `make` gets what the opening comment says. */
export function fillBlocks(page: string, name: string, make: (options: unknown) => string): string {
  const opening = page.split(`<!-- ${name} `).length - 1;
  const block = new RegExp(`<!-- ${name} (\\{[^>]*\\} )?-->\n[\\s\\S]*?<!-- /${name} -->`, "g");
  let filled = 0;
  const result = page.replaceAll(block, (_, options: string | undefined) => {
    filled++;
    const text = make(options === undefined ? {} : JSON.parse(options));
    return `<!-- ${name} ${options ?? ""}-->\n\n${text}\n\n<!-- /${name} -->`;
  });
  if (filled !== opening)
    throw new Error(`<!-- ${name} -->: ${opening - filled} of ${opening} can't be read`);
  return result;
}
