import type { Row } from "@minimand/papers";

/**
 * A text with the cells of a measured row in it: `{column}` as it is in the file, `{column@2}` with two decimals, `{column@%1}` in
 * percent with one, `{column@+%1}` with its sign. What stands in `[ ]` is left out where a cell in it is empty; elsewhere an empty
 * cell makes the text empty.
 */
export function fillTemplate(template: string, row: Row): string {
  const optional = template.replaceAll(/\[([^\]]*)\]/g, (_, part: string) => fill(part, row) ?? "");
  return fill(optional, row) ?? "";
}

/** The columns that a template names. */
export function columnsIn(template: string): string[] {
  return [...template.matchAll(placeholder)].map(([, column]) => column);
}

const placeholder = /\{([^}@]+)(?:@([^}]*))?\}/g;

function fill(template: string, row: Row): string | null {
  let empty = false;
  const text = template.replaceAll(placeholder, (_, column: string, format = "") => {
    if (!(column in row)) throw new Error(`no column '${column}' among ${Object.keys(row).join(", ")}`);
    const value = row[column];
    if (value === null) empty = true;
    return String(typeof value === "number" ? formatted(value, format) : value);
  });
  return empty ? null : text;
}

function formatted(value: number, format: string): string {
  const [, sign, percent, digits] = /^(\+?)(%?)(\d*)$/.exec(format) ?? [];
  if (digits === undefined) throw new Error(`'${format}': expected +, % and a number of decimals`);
  const scaled = percent === "" ? value : 100 * value;
  const text = digits === "" ? plain(scaled) : scaled.toFixed(Number(digits));
  return sign === "+" && scaled >= 0 ? `+${text}` : text;
}

/** Small numbers with an exponent. */
function plain(value: number): string {
  return value !== 0 && Math.abs(value) < 1e-3 ? value.toExponential() : String(value);
}
