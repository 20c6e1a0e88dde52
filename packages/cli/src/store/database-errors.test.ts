import { describe, expect, it } from "vitest";
import { isConflict, isOutage, reasonOf } from "./database-errors.ts";

const error = (fields: Record<string, string>, message = "said"): Error =>
  Object.assign(new Error(message), fields);

describe("isOutage", () => {
  it("is what passes: lost ways, servers that stop, start or are full", () => {
    for (const code of [
      "ECONNREFUSED",
      "ECONNRESET",
      "EPIPE",
      "ETIMEDOUT",
      "EAI_AGAIN",
      "08006",
      "57P01",
      "57P03",
      // Servers that close what rests.
      "57P05",
      "25P03",
    ])
      expect([code, isOutage(error({ code }))]).toEqual([code, true]);
    for (const code of ["53300", "53100"]) expect(isOutage(error({ code }))).toBe(true);
    for (const message of ["Connection terminated unexpectedly", "Query read timeout", "timeout expired"])
      expect(isOutage(new Error(message))).toBe(true);
    // A socket file that is gone, and a pooler that has no server.
    expect(isOutage(error({ code: "ENOENT", syscall: "connect" }))).toBe(true);
    expect(isOutage(error({ code: "08P01", severity: "FATAL" }))).toBe(true);
  });

  it("isn't what a further try can't mend", () => {
    for (const code of ["23505", "42P01", "28P01", "3D000", "40001", "22P02", "57014"])
      expect([code, isOutage(error({ code }, "Connection terminated"))]).toEqual([code, false]);
    // A statement with too few parameters.
    expect(isOutage(error({ code: "08P01", severity: "ERROR" }))).toBe(false);
    expect(isOutage(error({ code: "ENOENT", syscall: "open" }))).toBe(false);
    expect(isOutage(new TypeError("x is undefined"))).toBe(false);
    expect(isOutage("ECONNREFUSED")).toBe(false);
    expect(["40001", "40P01", "23505"].map((code) => isConflict(error({ code })))).toEqual([
      true,
      true,
      false,
    ]);
  });
});

describe("reasonOf", () => {
  it("says in a few words why, and has some for every error", () => {
    expect(reasonOf(error({ code: "ECONNREFUSED" }, "connect ECONNREFUSED ::1:5432"))).toBe(
      "nobody listens there",
    );
    expect(reasonOf(new Error("one line\nand another"))).toBe("one line");
    expect(reasonOf(error({ code: "EWHATEVER" }, ""))).toBe("EWHATEVER");
    expect(reasonOf(new Error(""))).toBe("no reason given");
  });
});
