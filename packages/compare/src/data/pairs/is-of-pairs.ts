/** Whether columns say which of two was chosen: `chosen` and `rejected`, with the same beginning. */
export function isOfPairs(names: readonly string[]): boolean {
  const all = new Set(names);
  return names.some((name) => name.endsWith("chosen") && all.has(name.replace(/chosen$/, "rejected")));
}
