import { expect, it } from "vitest";

/** Tests that functions, by their names, refuse an option that is none: from JavaScript, a mistyped one would mean the default. */
export function refuseUnknownOptions(takers: Record<string, (options: never) => unknown>): void {
  it.each(Object.entries(takers))("%s refuses an option that is none, naming it", async (name, take) => {
    const refusal = await Promise.resolve()
      .then(() => take({ nonsense: 1 } as never))
      .catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(TypeError);
    expect((refusal as TypeError).message).toMatch(
      new RegExp(`^${name}: expected only the options .*, got "nonsense"$`),
    );
  });
}
