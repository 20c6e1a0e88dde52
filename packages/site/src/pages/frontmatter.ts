/** Returns the head of a page, which is YAML: JSON is. */
export function frontmatter(fields: { [name: string]: unknown }): string {
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${JSON.stringify(value)}`);
  return `---\n${lines.join("\n")}\n---\n`;
}
