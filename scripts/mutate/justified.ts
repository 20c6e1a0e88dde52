/** A mutant that no test has to notice, with the reason. `from` and `to` are the changed lines, with single spaces. */
export interface Justified {
  path: string;
  from: string;
  to: string;
  because: string;
}

/**
 * Mutants that survive rightly: equal in effect, or different in nothing that anybody was promised. A line that changes makes its entry
 * out of date, which the run reports.
 */
export const justified: readonly Justified[] = [
  {
    path: "packages/compare/src/decision/area-influence.ts",
    from: "for (let j = 0; j < TP.length; j++) {",
    to: "for (let j = 0; j <= TP.length; j++) {",
    because: "One threshold further there is nothing: comparisons with undefined are false.",
  },
  {
    path: "packages/compare/src/decision/area-influence.ts",
    from: "const key = 2 * t + isClass[at];",
    to: "const key = 3 * t + isClass[at];",
    because: "The key is as unique.",
  },
  {
    path: "packages/compare/src/decision/components.ts",
    from: "return V <= sigmaFit2 || V / (V - sigmaFit2) > chiSquareQuantile(0.95, n - 1) / (n - 1);",
    to: "return V <= sigmaFit2 || V / (V - sigmaFit2) >= chiSquareQuantile(0.95, n - 1) / (n - 1);",
    because: "Equality of a ratio of sums with a quantile does not happen.",
  },
  {
    path: "packages/compare/src/decision/decide.ts",
    from: "const size = contenders.find(({ fits }) => fits !== null)?.fits?.psi[0].length ?? 0;",
    to: "const size = contenders.find(({ fits }) => fits !== null)?.fits?.psi[0].length ?? 1;",
    because: "The length is used where no candidate has fits, and then for nothing.",
  },
  {
    path: "packages/compare/src/decision/decide.ts",
    from: "adjust(tests.map((test) => (test === null || test.se === 0 ? 1 : oneSided(test, side))));",
    to: "adjust(tests.map((test) => (test === null || test.se === 0 ? 2 : oneSided(test, side))));",
    because: "The adjustment takes any p-value from 1 on as 1.",
  },
  {
    path: "packages/compare/src/decision/finalists.ts",
    from: "if (validationIsLoss) return 0;",
    to: "if (validationIsLoss) return 1;",
    because: "The same for all candidates changes no order.",
  },
  {
    path: "packages/compare/src/decision/finalists.ts",
    from: "return gains.reduce((sum, gain) => sum + gain, 0) / gains.length;",
    to: "return gains.reduce((sum, gain) => sum + gain, 1) / gains.length;",
    because: "The same for all candidates of as many folds changes no order.",
  },
  {
    path: "packages/compare/src/decision/finalists.ts",
    from: "if (values.length === 0) return Number.NaN;",
    to: "if (false) return Number.NaN;",
    because:
      "Without values the best is infinite, which no comparison prefers either, and which is left out as NaN is.",
  },
  {
    path: "packages/compare/src/decision/fits-of.ts",
    from: "const fold = Int32Array.from(places, ({ part }) => order.indexOf(parts[part].fold));",
    to: "const fold = Int32Array.from(places, ({ part }) => order.lastIndexOf(parts[part].fold));",
    because: "Each fold is in the list once.",
  },
  {
    path: "packages/compare/src/decision/jackknife.ts",
    from: "const bin = one.count.indexOf(1);",
    to: "const bin = one.count.lastIndexOf(1);",
    because: "A single row is in one bin.",
  },
  {
    path: "packages/compare/src/decision/max-t.ts",
    from: "else row[j] = L[j][j] > 1e-7 ? rest / L[j][j] : 0;",
    to: "else row[j] = L[j][j] > 0 ? rest / L[j][j] : 0;",
    because: "Where a pivot is that small, what is divided by it is rounding of its own size.",
  },
  {
    path: "packages/compare/src/decision/max-t.ts",
    from: "if (sorted[middle] < from) low = middle + 1;",
    to: "if (sorted[middle] <= from) low = middle + 1;",
    because: "A drawn number is not equal to a quantile.",
  },
  {
    path: "packages/compare/src/decision/test-difference.ts",
    from: 'const sign = side === "better" ? 1 : -1;',
    to: 'const sign = side === "better" ? 2 : -1;',
    because: "Only the sign is used.",
  },
  {
    path: "packages/compare/src/decision/test-difference.ts",
    from: 'const sign = side === "better" ? 1 : -1;',
    to: 'const sign = side === "better" ? 1 : -2;',
    because: "Only the sign is used.",
  },
  {
    path: "packages/cli/src/files/folder-lock.ts",
    from: "{ use, part, patience = 500 }: LockOptions = {},",
    to: "{ use, part, patience = 1000 }: LockOptions = {},",
    because: "How long a lock is waited for is not promised to the half second, and no test measures time.",
  },
  {
    path: "packages/cli/src/files/folder-lock.ts",
    from: "if (!held) others = holdersIn(fd);",
    to: "if (true) others = holdersIn(fd);",
    because: "Who holds the folder is looked at where it was refused.",
  },
  {
    path: "packages/cli/src/files/folder-lock.ts",
    from: 'const [offset, length] = process.platform === "win32" ? [2 ** 30, 1] : [0, 0];',
    to: "const [offset, length] = false ? [2 ** 30, 1] : [0, 0];",
    because:
      "Any range of bytes does on systems other than Windows, and on Windows any that is beyond the text.",
  },
  {
    path: "packages/cli/src/files/folder-lock.ts",
    from: 'const [offset, length] = process.platform === "win32" ? [2 ** 30, 1] : [0, 0];',
    to: 'const [offset, length] = process.platform !== "win32" ? [2 ** 30, 1] : [0, 0];',
    because:
      "Any range of bytes does on systems other than Windows, and on Windows any that is beyond the text.",
  },
  {
    path: "packages/cli/src/files/folder-lock.ts",
    from: 'const [offset, length] = process.platform === "win32" ? [2 ** 30, 1] : [0, 0];',
    to: 'const [offset, length] = process.platform === "win32" ? [2 ** 29, 1] : [0, 0];',
    because:
      "Any range of bytes does on systems other than Windows, and on Windows any that is beyond the text.",
  },
  {
    path: "packages/cli/src/files/folder-lock.ts",
    from: 'const [offset, length] = process.platform === "win32" ? [2 ** 30, 1] : [0, 0];',
    to: 'const [offset, length] = process.platform === "win32" ? [2 ** 30, 2] : [0, 0];',
    because:
      "Any range of bytes does on systems other than Windows, and on Windows any that is beyond the text.",
  },
  {
    path: "packages/compare/src/table/bytes/gunzip.ts",
    from: "if (size >= bytes.length) break;",
    to: "if (size >= bytes.length) ;",
    because: "A part that is longer than all of it is all of it, which was tried.",
  },
  {
    path: "packages/compare/src/table/bytes/utf8.ts",
    from: "if (i % 4 === start % 4) {",
    to: "if (i % 5 === start % 4) {",
    because: "Words of four bytes are only the quicker way.",
  },
  {
    path: "packages/compare/src/table/cell-kind.ts",
    from: "if ((first >= 48 && first <= 57) || /^[jfmasond][a-z]{2}/i.test(cell))",
    to: "if ((first >= 47 && first <= 57) || /^[jfmasond][a-z]{2}/i.test(cell))",
    because: "No date begins with a slash.",
  },
  {
    path: "packages/compare/src/table/cells.ts",
    from: 'if (cell === null) return "text";',
    to: 'if (false) return "text";',
    because: "null is spelled without a digit, and no infinity.",
  },
  {
    path: "packages/compare/src/table/column-builder.ts",
    from: "this.#bytes.buffer.transfer(Math.max(needed, Math.ceil(1.5 * this.#bytes.length))),",
    to: "this.#bytes.buffer.transfer(Math.max(needed, Math.ceil(3 * this.#bytes.length))),",
    because: "How far a buffer grows changes no cell.",
  },
  {
    path: "packages/compare/src/table/column.ts",
    from: "if (to - from <= 24) {",
    to: "if (to - from <= 23) {",
    because: "Both ways decode the same text.",
  },
  {
    path: "packages/compare/src/table/csv/blocks.ts",
    from: "end = next < 0 ? bytes.length : next + 1;",
    to: "end = next < 0 ? bytes.length : next + 2;",
    because: "Only a text with empty lines has more of them in its first sample.",
  },
  {
    path: "packages/compare/src/table/csv/cut-bytes.ts",
    from: "if (count === width && !blank) sink.row(bytes, bounds, number);",
    to: "if (count === width && (blank)) sink.row(bytes, bounds, number);",
    because: "Rows that do not take the quick way are cut again by the slow one.",
  },
  {
    path: "packages/compare/src/table/csv/cut-bytes.ts",
    from: "if (byte === 32 || (byte >= 9 && byte <= 13)) end--;",
    to: "if (byte === 32 || (byte >= 9 && byte < 13)) end--;",
    because: "A carriage return ends a record, so that no cell ends with one.",
  },
  {
    path: "packages/minimand/src/losses/classification/binary/binary-examples.ts",
    from: "return q.mul(np.array([[0, 1]], { dtype: like.dtype })).sum(-1);",
    to: "return q.mul(np.array([[0, 1]], { dtype: like.dtype })).sum((1));",
    because: "The last of two axes is axis 1.",
  },
  {
    path: "packages/compare/src/table/csv/find-dialect.ts",
    from: "if (at < 0) return text;",
    to: "if (at <= 0) return text;",
    because: "A text that begins with an empty line: more lines than asked for are looked at.",
  },
  {
    path: "packages/minimand/src/losses/classification/ens-loss/ens-loss-validity.ts",
    from: "if (tail.length < 2 || last.z < 2 * first.z || -last.g <= negligible) return true;",
    to: "if (tail.length < 2 || last.z <= 2 * first.z || -last.g <= negligible) return true;",
    because: "A tail of exactly twice its first margin may be looked at or not.",
  },
  {
    path: "packages/minimand/src/losses/classification/ldr/aldr.ts",
    from: "const share = np.clip(kl.div(Math.log(classes)), 0, 1).div(again(alpha));",
    to: "const share = np.clip(kl.div(Math.log(classes)), 0, 2).div(again(alpha));",
    because: "A divergence from the uniform distribution is at most log K.",
  },
  {
    path: "packages/minimand/src/losses/classification/ldr/label-margins.ts",
    from: "const tail = x.ref.less(-16);",
    to: "const tail = x.ref.less(-17);",
    because: "Both expressions are equal there to float32.",
  },
  {
    path: "packages/compare/src/table/csv/row-collector.ts",
    from: "return (first === 45 || first === 61 || first === 43 || first === 58) && (second === 45 || second === 61);",
    to: "return (first === 45 || first !== 61 || first === 43 || first === 58) && (second === 45 || second === 61);",
    because: "Rows that do not take the quick way are looked at again by the slow one.",
  },
  {
    path: "packages/compare/src/table/names.ts",
    from: "next.set(name, n + 1);",
    to: ";",
    because: "The next number is only remembered to be quick.",
  },
  {
    path: "packages/compare/src/table/number-format.ts",
    from: "...(currency === undefined ? [] : [`the currency ${currency}`]),",
    to: "...(true ? [] : [`the currency ${currency}`]),",
    because: "A detail of a message that says why a column stays text.",
  },
  {
    path: "packages/compare/src/table/read-json-lines.ts",
    from: "if (columns.length > mostKeys && lines.length % 1000 === 0) checkKeys(columns, lines.length, name);",
    to: "if (columns.length > mostKeys && lines.length % 1000 !== 0) checkKeys(columns, lines.length, name);",
    because: "Whether objects have keys in common is only looked at more often.",
  },
  {
    path: "packages/compare/src/table/read-json-lines.ts",
    from: "(n, { cells }) => n + cells.reduce<number>((m, c) => m + Number(c !== null), 0),",
    to: "(n, { cells }) => n + cells.reduce<number>((m, c) => m + Number(c !== null), 1),",
    because: "One cell more in each column of a thousand rows is a tenth of what the limit needs.",
  },
  {
    path: "packages/compare/src/table/csv/totals.ts",
    from: "let size = 0;",
    to: "let size = 1;",
    because: "An error of 1e-9 is beyond what is written.",
  },
  {
    path: "packages/minimand/src/losses/classification/robust/asymmetric.ts",
    from: "return np.expm1(np.log1p(miss.mul(sign).div(b)).mul(order)).mul(scale);",
    to: "return np.expm1(np.log1p(miss.div(sign).div(b)).mul(order)).mul(scale);",
    because: "The sign is 1 or -1.",
  },
];
