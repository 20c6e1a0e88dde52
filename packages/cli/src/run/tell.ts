/**
 * A line on stderr. Names come from files: what would move the cursor or colour the terminal is shown as it is written in
 * JSON.
 */
export function tell(line: string): void {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for.
  const safe = line.replace(/[\u0000-\u001f\u007f-\u009f]/g, (c) =>
    JSON.stringify(c).length > 3 ? JSON.stringify(c).slice(1, -1) : `\\u00${c.charCodeAt(0).toString(16)}`,
  );
  process.stderr.write(`${safe}\n`);
}
