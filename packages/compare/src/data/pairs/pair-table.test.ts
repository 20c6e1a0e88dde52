import { parquetWriteBuffer } from "hyparquet-writer";
import { describe, expect, it } from "vitest";
import { cellsOf } from "../../../../../test/support/tables.ts";
import { readTable } from "../../read/index.ts";
import { type PairTable, type PairTableOptions, pairTable } from "./index.ts";

async function pairsOf(text: string, options: PairTableOptions = {}, name = "p.jsonl"): Promise<PairTable> {
  const bytes = new TextEncoder().encode(text);
  return pairTable(await readTable(bytes, { name, nested: "json" }), options);
}

const jsonl = (...rows: object[]): string => rows.map((row) => JSON.stringify(row)).join("\n");

const refusalOf = (text: string, options?: PairTableOptions, name?: string): Promise<string> =>
  pairsOf(text, options, name).then(
    () => "no error",
    (error: Error) => `${error.name}: ${error.message}`,
  );

const user = (content: string) => ({ role: "user", content });
const answer = (content: string) => ({ role: "assistant", content });

describe("pairs of texts", () => {
  it("are read from the field's JSON lines, and from CSV", async () => {
    const rows = [
      { prompt: "Why?", chosen: "Because.", rejected: "No idea" },
      { prompt: "When?", chosen: "Now", rejected: "NA" },
    ];
    const pairs = await pairsOf(jsonl(...rows));
    expect(pairs.kind).toBe("text");
    expect(pairs.prompts).toEqual(["Why?", "When?"]);
    expect(cellsOf(pairs.chosen)).toEqual({ prompt: ["Why?", "When?"], response: ["Because.", "Now"] });
    expect(cellsOf(pairs.rejected)).toEqual({ prompt: ["Why?", "When?"], response: ["No idea", "NA"] });
    expect([...pairs.groups]).toEqual([0, 1]);
    expect(pairs.notes).toEqual([]);
    const csv = await pairsOf('prompt,chosen,rejected\nWhy?,Because.,"No idea"\nWhen?,Now,NA\n', {}, "p.csv");
    expect([cellsOf(csv.chosen), cellsOf(csv.rejected)]).toEqual([
      cellsOf(pairs.chosen),
      cellsOf(pairs.rejected),
    ]);
  });

  it.each<[string, object, [prompt: string | undefined, chosen: string, rejected: string]]>([
    [
      "messages whose common beginning is the prompt",
      { chosen: [user("Hi"), answer("Hello!")], rejected: [user("Hi"), answer("Go away")] },
      ["Hi", "Hello!", "Go away"],
    ],
    [
      "a prompt of messages beside answers",
      {
        prompt: [{ role: "system", content: "Be kind" }, user("Hi")],
        chosen: [answer("Hello!")],
        rejected: [answer("Go away")],
      },
      ["system: Be kind\n\nuser: Hi", "Hello!", "Go away"],
    ],
    [
      "a prompt that stands in the messages, too",
      { prompt: "Hi", chosen: [user("Hi"), answer("Hello!")], rejected: [user("Hi"), answer("Go away")] },
      ["Hi", "Hello!", "Go away"],
    ],
    [
      "conversations that part before their end",
      {
        chosen: [user("Hi"), answer("Hello!"), user("Name?"), answer("Ann")],
        rejected: [user("Hi"), answer("What?"), user("Name?"), answer("Ann")],
      },
      [
        "Hi",
        "assistant: Hello!\n\nuser: Name?\n\nassistant: Ann",
        "assistant: What?\n\nuser: Name?\n\nassistant: Ann",
      ],
    ],
    [
      "messages of other spellings, with parts",
      {
        chosen: [
          { from: "human", value: "Hi" },
          { from: "gpt", value: "Hello!" },
        ],
        rejected: [
          { from: "human", value: "Hi" },
          {
            role: "model",
            content: [
              { type: "text", text: "Go " },
              { type: "text", text: "away" },
            ],
          },
        ],
      },
      ["Hi", "Hello!", "Go away"],
    ],
    [
      "dialogues in one text",
      {
        chosen: "\n\nHuman: Hi\n\nAssistant: Hello!\n\nHuman: Name?\n\nAssistant: Ann.\n\nReally.",
        rejected: "\n\nHuman: Hi\n\nAssistant: Hello!\n\nHuman: Name?\n\nAssistant: No",
      },
      ["user: Hi\n\nassistant: Hello!\n\nuser: Name?", "Ann.\n\nReally.", "No"],
    ],
    [
      "answers that are JSON and no messages",
      { chosen: "[1, 2]", rejected: '{"a":1}' },
      [undefined, "[1, 2]", '{"a":1}'],
    ],
    [
      "a text that only mentions a speaker",
      { chosen: "Human: right", rejected: "b" },
      [undefined, "Human: right", "b"],
    ],
  ])("may be %s", async (_, row, [prompt, chosen, rejected]) => {
    const pairs = await pairsOf(jsonl(row));
    expect(pairs.prompts?.[0]).toBe(prompt);
    expect(pairs.chosen.columns.at(-1)!.at(0)).toBe(chosen);
    expect(pairs.rejected.columns.at(-1)!.at(0)).toBe(rejected);
    expect(pairs.chosen.columns.map(({ name }) => name)).toEqual(
      prompt === undefined ? ["response"] : ["prompt", "response"],
    );
  });

  it("are read from lists in Parquet", async () => {
    const messages = (text: string) => [user("Hi"), answer(text)];
    const text = { type: "BYTE_ARRAY", converted_type: "UTF8", repetition_type: "OPTIONAL" } as const;
    const listOf = (name: string) =>
      [
        { name, repetition_type: "OPTIONAL", num_children: 1, converted_type: "LIST" },
        { name: "list", repetition_type: "REPEATED", num_children: 1 },
        { name: "element", repetition_type: "OPTIONAL", num_children: 2 },
        { name: "role", ...text },
        { name: "content", ...text },
      ] as const;
    const bytes = parquetWriteBuffer({
      schema: [{ name: "root", num_children: 2 }, ...listOf("chosen"), ...listOf("rejected")],
      columnData: [
        { name: "chosen", data: [messages("Hello!"), messages("Yes")] },
        { name: "rejected", data: [messages("Go away"), messages("No")] },
      ],
    });
    const table = await readTable(new Uint8Array(bytes), { name: "p.parquet", nested: "json" });
    const pairs = pairTable(table);
    expect(pairs.prompts).toEqual(["Hi", "Hi"]);
    expect(cellsOf(pairs.rejected).response).toEqual(["Go away", "No"]);
  });

  it("that are equal are left out with a note, and nothing else of their file is lost", async () => {
    const pairs = await pairsOf(
      jsonl(
        { prompt: "a", chosen: "x", rejected: "x" },
        { prompt: "b", chosen: "x", rejected: "y", score_chosen: 3 },
      ),
    );
    expect(pairs.chosen.rows).toBe(1);
    expect([...pairs.chosen.lines]).toEqual([2]);
    expect(pairs.prompts).toEqual(["b"]);
    expect(pairs.notes).toEqual([
      "left out 1 pair whose sides are equal (line 1)",
      "left out 'score_chosen': of texts only prompt and responses are read",
    ]);
  });

  it("are told of where their conversations begin differently, and others don't", async () => {
    const pair = (one: string, other: string) => ({
      chosen: [user(one), answer("x")],
      rejected: [user(other), answer("y")],
    });
    const { notes } = await pairsOf(jsonl(pair("a", "a"), pair("a", "b"), pair("b", "b")));
    expect(notes).toContain(
      "1 pair has no prompt, or none that both sides begin with (line 2): were both responses asked for alike?",
    );
    expect((await pairsOf(jsonl(pair("a", "a"), pair("b", "b")))).notes.join()).not.toContain("no prompt");
  });

  it.each<[string, object[], string]>([
    [
      "a missing field",
      [
        { prompt: "a", chosen: "x", rejected: "y" },
        { prompt: "a", chosen: "x" },
      ],
      "line 2: 'rejected': expected a response, got none",
    ],
    [
      "an empty response",
      [{ prompt: "a", chosen: "  ", rejected: "y" }],
      "line 1: 'chosen': expected a response, got an empty one",
    ],
    [
      "an empty answer",
      [{ chosen: [user("a"), answer("")], rejected: [user("a"), answer("b")] }],
      "line 1: 'chosen': expected a response, got an empty one",
    ],
    [
      "a missing prompt",
      [
        { prompt: "a", chosen: "x", rejected: "y" },
        { chosen: "x", rejected: "y" },
      ],
      "line 2: expected a prompt in every row, got none",
    ],
    [
      "a number",
      [{ prompt: "a", chosen: "x", rejected: 3 }],
      "line 1: 'rejected': expected a text, got the number 3",
    ],
    [
      "messages on one side",
      [{ chosen: [user("a"), answer("b")], rejected: "c" }],
      "line 1: 'rejected': expected messages with a role and a content each, as in 'chosen', got 'c'",
    ],
    [
      "no messages in a list",
      [{ chosen: [], rejected: [user("a"), answer("b")] }],
      "line 1: 'chosen': expected messages with a role and a content each, as in 'rejected', got '[]'",
    ],
    [
      "messages without a role",
      [{ chosen: [{ content: "a".repeat(99) }], rejected: [user("a"), answer("b")] }],
      `line 1: 'chosen': expected messages with a role and a content each, as in 'rejected', got '[{"content":"${"a".repeat(27)}...'`,
    ],
    [
      "messages without an answer",
      [{ chosen: [user("a"), user("b")], rejected: [user("a"), answer("c")] }],
      "line 1: 'chosen': expected an answer as the last message, got a message of 'user'",
    ],
    [
      "messages with a picture",
      [
        {
          chosen: [user("a"), { role: "assistant", content: [{ type: "image", url: "u" }] }],
          rejected: [answer("c")],
        },
      ],
      "line 1: 'chosen': expected messages of text, got something else than text in message 2",
    ],
    [
      "a prompt with a picture",
      [{ prompt: [{ role: "user", content: { url: "u" } }], chosen: "a", rejected: "b" }],
      "line 1: 'prompt': expected messages of text, got something else than text in message 1",
    ],
    [
      "messages among other things",
      [{ chosen: [user("a"), 3], rejected: [answer("c")] }],
      "line 1: 'chosen': expected messages of text, got no role in message 2",
    ],
  ])("are refused for %s", async (_, rows, message) => {
    expect(await refusalOf(jsonl(...rows))).toBe(`DataError: p.jsonl, ${message}`);
  });

  it("are refused as a whole where nothing can be learned", async () => {
    expect(await refusalOf(jsonl({ chosen: "x", rejected: "x" }))).toBe(
      "DataError: p.jsonl: expected pairs whose sides differ, got none",
    );
    expect(await refusalOf("chosen,rejected\n1,2\n3,1\n", {}, "p.csv")).toMatch(
      /^DataError: p\.csv: expected texts in 'chosen' and 'rejected', got numbers alone: describe both sides/,
    );
    expect(await refusalOf(jsonl({ prompt: "a", chosen: "x" }))).toBe(
      "DataError: p.jsonl: expected a column 'rejected' in addition to 'chosen', got none among 'prompt', 'chosen'",
    );
    expect(await refusalOf(jsonl({ a: "x", b: "y" }))).toBe(
      "DataError: p.jsonl: expected columns 'chosen' and 'rejected', or some such as 'price_chosen' and 'price_rejected', got 'a', 'b'",
    );
  });
});

describe("pairs of features", () => {
  const csv =
    "price_chosen,price_rejected,day,kind_rejected,kind_chosen\n1,2,mon,a,b\n3,1,tue,c,a\n2,2,wed,a,a\n";

  it("have the columns of each side, and those of both, with the notes on what was done", async () => {
    const pairs = await pairsOf(csv, {}, "p.csv");
    expect(pairs.kind).toBe("features");
    expect(cellsOf(pairs.chosen)).toEqual({ price: ["1", "3"], kind: ["b", "a"], day: ["mon", "tue"] });
    expect(cellsOf(pairs.rejected)).toEqual({ price: ["2", "1"], kind: ["a", "c"], day: ["mon", "tue"] });
    expect([pairs.chosen.rows, ...pairs.chosen.lines]).toEqual([2, 2, 3]);
    expect(pairs.prompts).toBeUndefined();
    expect(pairs.notes).toEqual([
      "left out 1 pair whose sides are equal (line 4)",
      "'day' has no partner and belongs to both sides of a pair: what is added to both rewards cancels, so that only a network can use it, together with other columns",
    ]);
    expect((await pairsOf(csv, { ignore: ["day"] }, "p.csv")).notes).toHaveLength(1);
  });

  it("keep how their numbers are written", async () => {
    const pairs = await pairsOf("x_chosen;x_rejected\n1,5;2,5\n3,5;1,25\n", {}, "p.csv");
    expect(pairs.chosen.columns[0]!.format?.decimal).toBe(",");
  });

  it.each([
    [
      "a column without its partner",
      "x_chosen,y_rejected\n1,2\n",
      "expected a column 'x_rejected' in addition to 'x_chosen', got none",
    ],
    [
      "a column of both and of each",
      "x_chosen,x_rejected,x\n1,2,3\n",
      "expected either 'x' or 'x_chosen' and 'x_rejected', got all three",
    ],
    [
      "names that are none",
      "x_chosen,x_rejected\n1,2\n",
      "group: expected a column of the file ('x_chosen', 'x_rejected'), got 'rater'",
    ],
  ])("are refused for %s", async (_, text, message) => {
    const options = message.startsWith("group") ? { group: "rater" } : {};
    expect(await refusalOf(text, options, "p.csv")).toBe(`DataError: p.csv: ${message}`);
  });
});

describe("groups of pairs", () => {
  const groupsOf = async (rows: readonly object[], options: PairTableOptions = {}) => {
    const { groups, notes } = await pairsOf(jsonl(...rows), options);
    return { groups: [...groups], notes };
  };
  /** So many pairs of texts that occur once. */
  const apart = Array.from({ length: 20 }, (_, i) => ({
    prompt: `p${i}`,
    chosen: `w${i}`,
    rejected: `l${i}`,
  }));
  const away = Array.from(apart, (_, i) => i);

  it("are of one prompt, and of what is linked by equal responses", async () => {
    const more = { prompt: "p3", chosen: "v", rejected: "u" };
    expect((await groupsOf([...apart, more])).groups).toEqual([...away, 3]);
    const linked = { prompt: "q", chosen: "w2", rejected: "u" };
    expect(await groupsOf([...apart, linked])).toEqual({ groups: [...away, 2], notes: [] });
  });

  it("are of one pair in both orders, where there are no prompts", async () => {
    const rows = apart.map(({ chosen, rejected }) => ({ chosen, rejected }));
    const turned = { chosen: "l5", rejected: "w5" };
    expect((await groupsOf([...rows, turned])).groups).toEqual([...away, 5]);
  });

  it("are of items that columns name, which are no inputs", async () => {
    const rows = apart.map((_, i) => ({
      x_chosen: i,
      x_rejected: -1,
      id_chosen: `a${i}`,
      id_rejected: `b${i}`,
    }));
    const linked = { x_chosen: 70, x_rejected: 71, id_chosen: "b7", id_rejected: "new" };
    const pairs = await pairsOf(jsonl(...rows, linked));
    expect([...pairs.groups]).toEqual([...away, 7]);
    expect(pairs.chosen.columns.map(({ name }) => name)).toEqual(["x"]);
  });

  it("are of sides that are equal in all columns, where no column names items", async () => {
    const rows = apart.map((_, i) => ({ x_chosen: i, x_rejected: 100 + i, y_chosen: 0, y_rejected: 0 }));
    const linked = { x_chosen: 107, x_rejected: 3.5, y_chosen: 0, y_rejected: 0 };
    expect((await groupsOf([...rows, linked])).groups).toEqual([...away, 7]);
  });

  it("are not joined by the few items of a tournament: only equal pairs are, and a note says so", async () => {
    const teams = ["a", "b", "c", "d", "e", "f", "g", "h"];
    const games = teams.flatMap((w, i) => teams.slice(i + 1).map((l) => ({ chosen: w, rejected: l })));
    const again = { chosen: "b", rejected: "a" };
    const { groups, notes } = await groupsOf([...games, again]);
    expect(new Set(groups).size).toBe(28);
    expect(groups.at(-1)).toBe(groups[0]);
    expect(notes).toEqual([
      "items are shared between folds: kept together, 100 % of the pairs would be one group; the scores are of known items, for new ones expect less",
    ]);
  });

  it("are not all the pairs where there is one prompt for all", async () => {
    const rows = apart.map((row) => ({ ...row, prompt: "Which is better?" }));
    const { groups, notes } = await groupsOf(rows);
    expect(groups).toEqual(away);
    expect(notes).toEqual([
      "prompts are shared between folds: kept together, 100 % of the pairs would be one group; the scores are of known prompts, for new ones expect less",
    ]);
  });

  it("that are asked for are kept whatever they share", async () => {
    const rows = apart.map((row, i) => ({ ...row, prompt: `p${i % 2}`, rater: `r${i % 4}` }));
    const { groups, notes } = await groupsOf(rows, { group: "rater" });
    expect(groups).toEqual(away.map((i) => i % 4));
    expect(notes).toEqual([
      "prompts are shared between folds: kept together, 50 % of the pairs would be one group; the scores are of known prompts, for new ones expect less",
    ]);
  });
});
