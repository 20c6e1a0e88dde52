/** Formats a count with its noun: `1 fold`, `2 folds`. */
export function plural(n: number, one: string, many: string = `${one}s`): string {
  return `${n} ${n === 1 ? one : many}`;
}
