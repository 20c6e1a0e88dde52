import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { csrMatrix } from "./csr.ts";
import { readMatrixMarket, writeMatrixMarket } from "./matrix-market.ts";
import { poisson2d } from "./poisson.ts";
import { disc } from "./systems.fixture.ts";

const listed = (text: string) => {
  const { rows, columns, row, column, value } = readMatrixMarket(text);
  return { size: [rows, columns], entries: Array.from(value, (v, k) => [row[k], column[k], v]) };
};

describe("readMatrixMarket", () => {
  it("reads coordinates, with comments, blanks and the letters of others", () => {
    const text =
      "%%matrixmarket MATRIX Coordinate Real General\r\n% by hand\r\n\r\n 2 3  2\r\n1 3 -1.5e2\r\n% here too\r\n2\t1 4\r\n\r\n";
    expect(listed(text)).toEqual({
      size: [2, 3],
      entries: [
        [0, 2, -150],
        [1, 0, 4],
      ],
    });
  });

  it("gives both halves of a symmetric matrix, from either side", () => {
    for (const entry of ["2 1 5", "1 2 5"])
      expect(
        listed(
          `%%MatrixMarket matrix coordinate integer symmetric\n2 2 2\n1 1 3\n${entry}`,
        ).entries.toSorted(),
      ).toEqual([
        [0, 0, 3],
        [0, 1, 5],
        [1, 0, 5],
      ]);
  });

  it("reads arrays column after column, of symmetric ones the lower half", () => {
    expect(listed("%%MatrixMarket matrix array real general\n2 2\n1\n2\n3\n4").entries).toEqual([
      [0, 0, 1],
      [1, 0, 2],
      [0, 1, 3],
      [1, 1, 4],
    ]);
    expect(listed("%%MatrixMarket matrix array real symmetric\n2 2\n1\n2\n4").entries).toEqual([
      [0, 0, 1],
      [1, 0, 2],
      [0, 1, 2],
      [1, 1, 4],
    ]);
  });

  it("has duplicates added up by csrMatrix", () => {
    const text = "%%MatrixMarket matrix coordinate real symmetric\n2 2 4\n1 1 3\n2 1 -1\n2 1 -0.5\n2 2 3";
    expect([...csrMatrix(readMatrixMarket(text)).values]).toEqual([3, -1.5, -1.5, 3]);
  });

  const head = "%%MatrixMarket matrix coordinate real general\n";
  it.each([
    ["", 'line 1: expected %%MatrixMarket matrix ..., got ""'],
    [
      "%%MatrixMarket matrix coordinate complex general\n",
      'line 1: expected real or integer numbers, got "complex"',
    ],
    [
      "%%MatrixMarket matrix coordinate pattern general\n",
      'line 1: expected real or integer numbers, got "pattern"',
    ],
    [
      "%%MatrixMarket matrix coordinate real skew-symmetric\n",
      'line 1: expected a general or symmetric matrix, got "skew-symmetric"',
    ],
    ["%%MatrixMarket matrix coordinate real hermitian\n", "line 1: expected a general or symmetric matrix"],
    ["%%MatrixMarket vector array real general\n", 'line 1: expected a matrix, got "vector"'],
    [
      "%%MatrixMarket matrix dense real general\n",
      'line 1: expected the format coordinate or array, got "dense"',
    ],
    [head, "Matrix Market: expected a line with rows, columns and entries, got the end of the file"],
    [`${head}2 2\n`, 'line 2: expected 3 numbers, got "2 2"'],
    [`${head}0 2 0\n`, "line 2: expected 1 to 2147483646 rows, got 0"],
    [`${head}2 2 9999999\n`, "line 2: expected no more entries than the file has room for, got 9999999"],
    [
      `${head}2 2 11\n${" ".repeat(6)}`,
      "line 2: expected no more entries than the file has room for, got 11",
    ],
    ["%%MatrixMarket matrix array real symmetric\n99999 99999\n", "line 2: expected no more entries than"],
    [`${head}2 2 1\n3 1 1\n`, 'line 3: expected a row from 1 to 2 and a column from 1 to 2, got "3 1"'],
    [`${head}2 2 1\n1 1.5 1\n`, 'line 3: expected a whole number, got "1.5"'],
    [`${head}2 2 1\n1 1 one\n`, 'line 3: expected a finite number, got "one"'],
    [`${head}2 2 2\n1 1 1\n`, "Matrix Market: expected a line with entry 2 of 2, got the end of the file"],
    [`${head}2 2 1\n1 1 1\n2 2 1\n`, 'line 4: expected the end of the file after 1 entries, got "2 2 1"'],
    ["%%MatrixMarket matrix coordinate real symmetric\n2 3 0\n", "line 2: expected as many rows as columns"],
    [
      "%%MatrixMarket matrix coordinate real symmetric\n3 3 2\n2 1 1\n1 3 1\n",
      "line 4: expected entries of a symmetric matrix on one side of the diagonal alone",
    ],
    ["%%MatrixMarket matrix array real general\n2 1\n1\n", "expected a line with number 2 of 2"],
  ])("refuses %j", (text, message) => {
    expect(() => readMatrixMarket(text)).toThrow(message);
  });

  it("refuses what is no text", () => {
    expect(() => readMatrixMarket(undefined as never)).toThrow(
      "text: expected the text of a Matrix Market file",
    );
  });
});

describe("writeMatrixMarket", () => {
  it("writes what is read as the same numbers", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 1 }),
        (values) => {
          const { value } = readMatrixMarket(writeMatrixMarket(Float64Array.from(values), "a\nb"));
          expect(Array.from(value)).toEqual(values.map((each) => (Object.is(each, -0) ? 0 : each)));
        },
      ),
    );
    const A = poisson2d({ shape: [6, 6], solid: disc(6) }).toCsr();
    const again = csrMatrix(readMatrixMarket(writeMatrixMarket(A)));
    expect([again.pointers, again.indices, again.values]).toEqual([A.pointers, A.indices, A.values]);
  });
});
