import { expect, it, vi } from "vitest";

vi.mock("@minimand/data", async (original) => ({
  ...(await original<typeof import("@minimand/data")>()),
  tables: () => {
    throw Object.assign(new Error("ENOENT: no such file"), { code: "ENOENT" });
  },
}));

it("says in one line what to install where the package of data has no files", async () => {
  const { bundledTables } = await import("./bundled.ts");
  const { exitCodeOf, failureLine } = await import("../failure.ts");
  try {
    bundledTables();
    expect.unreachable();
  } catch (error) {
    expect(exitCodeOf(error)).toBe(2);
    expect(failureLine(error)).toMatch(
      /files\/: expected the files of @minimand\/data, got none: 'npm install @minimand\/data' brings them$/,
    );
  }
});
