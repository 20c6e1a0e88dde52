import { expect } from "vitest";

/** Expects numbers within tolerances of others; what is expected says which fields and entries are looked at. */
export function compare(actual: unknown, expected: unknown, rtol: number, atol: number, path: string): void {
  if (Array.isArray(expected)) {
    const list = actual as unknown[];
    expect(list?.length, `${path}: length`).toBe(expected.length);
    expected.forEach((e, i) => {
      compare(list[i], e, rtol, atol, `${path}[${i}]`);
    });
  } else if (typeof expected === "object" && expected !== null) {
    for (const [key, e] of Object.entries(expected)) {
      compare((actual as Record<string, unknown>)?.[key], e, rtol, atol, `${path}.${key}`);
    }
  } else if (expected === null) {
    expect(
      actual === undefined || !Number.isFinite(actual),
      `${path}: ${String(actual)} should not be finite`,
    ).toBe(true);
  } else if (typeof expected === "number" || ["Infinity", "-Infinity", "NaN"].includes(expected as string)) {
    const e = Number(expected);
    const a = Number(actual);
    const ok = Object.is(a, e) || Math.abs(a - e) <= atol + rtol * Math.abs(e);
    expect(ok, `${path}: ${String(actual)} is not within rtol ${rtol}, atol ${atol} of ${e}`).toBe(true);
  } else {
    expect(actual, path).toBe(expected);
  }
}
