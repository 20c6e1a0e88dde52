/** A Markdown table with columns as wide as their widest cell. */
export function markdownTable(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const escaped = [heads, ...rows].map((cells) => cells.map((cell) => cell.replaceAll("|", "\\|")));
  const widths = heads.map((_, i) => Math.max(3, ...escaped.map((cells) => [...cells[i]].length)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, i) => cell + " ".repeat(widths[i] - [...cell].length)).join(" | ")} |`;
  const [head, ...body] = escaped.map(line);
  return [head, line(widths.map((width) => "-".repeat(width))), ...body].join("\n");
}
