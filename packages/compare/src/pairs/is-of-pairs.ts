/** Whether columns say which of two was chosen: `chosen` and `rejected`, with the same beginning. */
export function isOfPairs(names: readonly string[]): boolean {
  return names.some((name) => name.endsWith("chosen") && names.includes(name.replace(/chosen$/, "rejected")));
}
