import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { type Permit, readToken, signToken } from "./tokens.ts";

const key = randomBytes(32);
const subscription = "5f0c3f0e-5c1e-4d8e-9d4c-1d1f5f0c3f0e";
const permit: Permit = { to: "confirm", subscription, rhythm: "daily" };
const token = signToken(key, permit, 1_000_000);

describe("tokens", () => {
  it("say what was signed, until they expire", () => {
    expect(readToken(key, "confirm", token, 0)).toEqual(permit);
    expect(readToken(key, "confirm", token, 999_999)).toEqual(permit);
    expect(readToken(key, "confirm", token, 1_000_000)).toBe("expired");
    const end = signToken(key, { to: "unsubscribe", subscription }, 1e15);
    expect(readToken(key, "unsubscribe", end, 1e12)).toEqual({ to: "unsubscribe", subscription });
  });

  it("allow nothing else, and nothing by another key", () => {
    expect(readToken(key, "unsubscribe", token, 0)).toBe("invalid");
    expect(readToken(randomBytes(32), "confirm", token, 0)).toBe("invalid");
  });

  it("are invalid with any character changed, left out or added", () => {
    for (let i = 0; i < token.length; i++) {
      for (const other of ["A", "B", ".", "=", ""].filter((text) => text !== token[i]))
        expect(readToken(key, "confirm", token.slice(0, i) + other + token.slice(i + 1), 0)).toBe("invalid");
      expect(readToken(key, "confirm", `${token.slice(0, i)}A${token.slice(i)}`, 0)).toBe("invalid");
    }
    for (const text of ["", ".", "..", `${token}.`, `${token}=`, token.toUpperCase()])
      expect(readToken(key, "confirm", text, 0)).toBe("invalid");
  });

  it("show no address, and need no escape in an address", () => {
    expect(token).toMatch(/^[\w-]+\.[\w-]+$/);
  });
});
