import { parseJson } from "minimand/engine";

/** One turn of a conversation. */
export interface Message {
  role: string;
  content: string;
}

/**
 * Returns the messages in a cell: a JSON list of `{ role, content }` (or `{ from, value }`), whose contents are texts or lists of parts
 * that are texts. `null` for any other text, a list of numbers or of other objects among them: that is a response like any other.
 *
 * @throws Error, for the caller to place, where a list of messages holds something else
 *
 * @example
 * messagesIn('[{"role":"user","content":"Hi"}]') // [{"role":"user","content":"Hi"}]
 */
export function messagesIn(text: string): Message[] | null {
  if (!text.startsWith("[")) return null;
  const list = parsed(text);
  if (!Array.isArray(list) || roleOf(list[0]) === null) return null;
  return list.map((turn, i) => {
    const role = roleOf(turn);
    if (role === null) throw new Error(`no role in message ${i + 1}`);
    const { content, value } = turn as { content?: unknown; value?: unknown };
    return { role, content: contentOf(content ?? value, i) };
  });
}

const speaker = /(?:^|\n\n)(Human|Assistant):[ \t]*/;

/**
 * Returns the messages of a dialogue in one text, `Human: ...`, an empty line, `Assistant: ...`, as some data sets write them; `null` for a
 * text that doesn't start so or has no answer.
 */
export function dialogueIn(text: string): Message[] | null {
  const [before, ...turns] = text.split(speaker);
  if (before?.trim() !== "" || !turns.includes("Assistant")) return null;
  const messages: Message[] = [];
  for (let i = 0; i < turns.length; i += 2)
    messages.push({ role: turns[i] === "Human" ? "user" : "assistant", content: turns[i + 1]!.trim() });
  return messages;
}

const assistants: ReadonlySet<string> = new Set(["assistant", "gpt", "model", "bot", "chatgpt"]);

/** Whether a message is an answer of the model. */
export function isAnswer({ role }: Message): boolean {
  return assistants.has(role.toLowerCase());
}

/** Returns how many messages two conversations begin with in common; the last one of each is never among them. */
export function commonTurns(a: readonly Message[], b: readonly Message[]): number {
  const most = Math.min(a.length, b.length) - 1;
  let count = 0;
  while (count < most && a[count]!.role === b[count]!.role && a[count]!.content === b[count]!.content)
    count++;
  return count;
}

/** Messages as one text: that of a single one, or `role: content` of each with an empty line between. */
export function textOfMessages(messages: readonly Message[]): string {
  return messages.length === 1
    ? messages[0]!.content
    : messages.map(({ role, content }) => `${role}: ${content}`).join("\n\n");
}

function parsed(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return null;
  }
}

function roleOf(turn: unknown): string | null {
  if (typeof turn !== "object" || turn === null) return null;
  const { role, from } = turn as { role?: unknown; from?: unknown };
  const named = role ?? from;
  return typeof named === "string" ? named : null;
}

function contentOf(content: unknown, i: number): string {
  if (typeof content === "string") return content.trim();
  if (content === null || content === undefined) return "";
  const parts = Array.isArray(content) ? content : [content];
  const texts = parts.map((part) => (typeof part === "string" ? part : (part as { text?: unknown })?.text));
  if (texts.every((text) => typeof text === "string")) return texts.join("").trim();
  throw new Error(`something else than text in message ${i + 1}`);
}
