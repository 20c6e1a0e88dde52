import { dataError, quoted } from "../../data-error.ts";
import { ColumnBuilder } from "../../read/column-builder.ts";
import { type Column, placeOf, type Table } from "../../read/table.ts";
import { commonTurns, dialogueIn, isAnswer, type Message, messagesIn, textOfMessages } from "./messages.ts";

/** Two answers to a prompt, which may be unknown. */
export interface TextPair {
  prompt: string | null;
  chosen: string;
  rejected: string;
}

/**
 * Returns the texts of pairs: plain ones, or lists of messages, or dialogues in one text. Of messages the common beginning is the prompt,
 * behind what the prompt's own column says, and the rest of each, which ends with an answer, its response.
 *
 * @throws DataError with the line: a missing or empty response or prompt, numbers where texts are expected, messages on one side only,
 * messages that hold something else than text or don't end with an answer
 */
export function readTextPairs(
  table: Table,
  { prompt, chosen, rejected }: { prompt: Column | undefined; chosen: Column; rejected: Column },
): TextPair[] {
  refuseCodes(table, chosen, rejected);
  return Array.from({ length: table.rows }, (_, row) => {
    const [w, l] = [chosen, rejected].map((column) => responseIn(table, column, row)) as [Read, Read];
    const asked = prompt === undefined ? null : promptIn(table, prompt, row);
    if (w.messages === null || l.messages === null) {
      if (w.messages !== null || l.messages !== null) {
        const [without, like] = w.messages === null ? [chosen, rejected] : [rejected, chosen];
        const expected = `${quoted(without.name)}: expected messages with a role and a content each, as in ${quoted(like.name)}`;
        throw dataError(placeOf(table, row), expected, beginningOf((w.messages === null ? w : l).text));
      }
      return { prompt: promptOf(table, row, asked, []), chosen: w.text, rejected: l.text };
    }
    const shared = commonTurns(w.messages, l.messages);
    const restOf = (column: Column, messages: readonly Message[]): string => {
      const rest = messages.slice(shared);
      const subject = quoted(column.name);
      if (!isAnswer(rest.at(-1)!))
        throw dataError(
          placeOf(table, row),
          `${subject}: expected an answer as the last message`,
          `a message of ${quoted(rest.at(-1)!.role)}`,
        );
      return notEmpty(table, column, row, textOfMessages(rest));
    };
    return {
      prompt: promptOf(table, row, asked, w.messages.slice(0, shared)),
      chosen: restOf(chosen, w.messages),
      rejected: restOf(rejected, l.messages),
    };
  });
}

/** Returns a table of the responses of one side, and of the prompts where all are known. */
export function tableOfTexts(table: Table, responses: readonly string[], prompts?: readonly string[]): Table {
  const columnOf = (name: string, texts: readonly string[]): Column => {
    const builder = new ColumnBuilder();
    for (const text of texts) builder.push(text);
    return builder.column(name);
  };
  return {
    ...table,
    columns: [
      ...(prompts === undefined ? [] : [columnOf("prompt", prompts)]),
      columnOf("response", responses),
    ],
    rows: responses.length,
  };
}

interface Read {
  text: string;
  messages: Message[] | null;
}

function responseIn(table: Table, column: Column, row: number): Read {
  const text = notEmpty(table, column, row, textIn(table, column, row));
  return { text, messages: messagesOf(table, column, row, text) ?? dialogueIn(text) };
}

function promptIn(table: Table, column: Column, row: number): string | Message[] {
  const text = textIn(table, column, row);
  return messagesOf(table, column, row, text) ?? text;
}

function promptOf(
  table: Table,
  row: number,
  asked: string | Message[] | null,
  shared: readonly Message[],
): string | null {
  if (asked === null && shared.length === 0) return null;
  const own = asked === "" ? null : asked;
  const before = Array.isArray(own) ? [...own, ...shared] : shared;
  const turns = textOfMessages(before);
  // A prompt that is in a column of its own and in the messages, too, is one prompt.
  const apart = typeof own === "string" && !before.some(({ content }) => content === own);
  const text = apart ? [own, ...(before.length === 0 ? [] : [turns])].join("\n\n") : turns;
  if (text === "" || (before.length === 0 && own === null))
    throw dataError(placeOf(table, row), "expected a prompt in every row", "none");
  return text;
}

function beginningOf(text: string): string {
  return quoted(text.length > 40 ? `${text.slice(0, 40)}...` : text);
}

function messagesOf(table: Table, column: Column, row: number, text: string): Message[] | null {
  try {
    return messagesIn(text);
  } catch (cause) {
    const subject = `${quoted(column.name)}: expected messages of text`;
    throw dataError(placeOf(table, row), subject, (cause as Error).message);
  }
}

function textIn(table: Table, column: Column, row: number): string {
  const cell = column.at(row);
  if (typeof cell === "number")
    throw dataError(placeOf(table, row), `${quoted(column.name)}: expected a text`, `the number ${cell}`);
  return cell ?? "";
}

function notEmpty(table: Table, column: Column, row: number, text: string): string {
  if (text !== "") return text;
  const got = column.at(row) === null ? "none" : "an empty one";
  throw dataError(placeOf(table, row), `${quoted(column.name)}: expected a response`, got);
}

/** In a text file numbers are texts, too: columns of nothing else are codes of items, of which there are no words to learn from. */
function refuseCodes(table: Table, chosen: Column, rejected: Column): void {
  for (const column of [chosen, rejected])
    for (let row = 0; row < column.length; row++) if (Number.isNaN(column.plainNumberAt(row))) return;
  const expected = `expected texts in ${quoted(chosen.name)} and ${quoted(rejected.name)}`;
  const hint = "describe both sides of a pair in columns such as 'price_chosen' and 'price_rejected'";
  throw dataError({ file: table.name }, expected, `numbers alone: ${hint}`);
}
