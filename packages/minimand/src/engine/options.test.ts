import { describe, expect, it } from "vitest";
import { oneOf, readOptions } from "./options.ts";

interface Own {
  gamma?: number;
  most?: number | null;
  kind?: string;
  name?: string;
}

const read = (given: Own) =>
  readOptions("own", given, {
    gamma: [2, { min: 0 }],
    most: [undefined, { integer: true }],
    kind: ["a", oneOf(["a", "b"])],
    name: true,
  });

describe("readOptions", () => {
  it("fills in what isn't given, and leaves out what has no default", () => {
    expect(read({})).toStrictEqual({ gamma: 2, kind: "a" });
    expect(read({ gamma: undefined, kind: "b", name: "x" })).toStrictEqual({
      gamma: 2,
      kind: "b",
      name: "x",
    });
  });

  it("changes nothing that was given", () => {
    const given = Object.freeze({ name: "x" });
    expect(read(given)).not.toBe(given);
    expect(given).toEqual({ name: "x" });
  });

  it("checks what is given, null too, and a default", () => {
    expect(() => read({ gamma: -1 })).toThrow("gamma: expected a finite number >= 0, got -1");
    expect(() => read({ most: 1.5 })).toThrow("most: expected an integer, got 1.5");
    expect(() => read({ most: null })).toThrow("most: expected an integer, got null");
    expect(() => read({ kind: "c" })).toThrow('kind: expected one of "a", "b", got "c"');
    expect(() => readOptions("own", {} as Own, { gamma: [-1, { min: 0 }] } as never)).toThrow("got -1");
  });

  it("asks for an option that has a check and no default", () => {
    const rates = (given: { rate: number }) => readOptions("own", given, { rate: { above: 0 } });
    expect(rates({ rate: 0.5 })).toStrictEqual({ rate: 0.5 });
    expect(() => rates({} as never)).toThrow("rate: expected a finite number > 0, got undefined");
  });

  it("says where there are no options at all", () => {
    expect(() => readOptions("own", { a: 1 } as object, {})).toThrow('own: expected no options, got "a"');
  });
});
