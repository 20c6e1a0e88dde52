import { typeError } from "minimand/engine";

/**
 * Text that is HTML already: everything else is escaped when it is put into a template. Only {@link html} and {@link trusted} make it.
 * The private field marks it: no object that is parsed, copied or sent between threads has one.
 */
export class Markup {
  readonly #markup: string;

  constructor(markup: string) {
    this.#markup = markup;
  }

  get markup(): string {
    return this.#markup;
  }

  static isOne(value: object): value is Markup {
    return #markup in value;
  }
}

export type Child = Markup | string | number | null | false | readonly Child[];

const entities: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text with `& < > " '` as entities, for elements and quoted attributes. */
function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character]!);
}

function render(child: Child): string {
  if (child === null || child === false) return "";
  if (typeof child === "string") return escapeHtml(child);
  if (typeof child === "number") return String(child);
  if (Array.isArray(child)) return child.map(render).join("");
  if (typeof child === "object" && Markup.isOne(child)) return child.markup;
  throw typeError("html", "text, a number, markup or a list of them", child);
}

/**
 * Fills a template of HTML. What is put in is escaped unless it comes from this function or from `trusted`; lists are joined, `null` and
 * `false` are nothing.
 *
 * @example html`<td>${columnName}</td>`
 */
export function html(strings: TemplateStringsArray, ...children: Child[]): Markup {
  return new Markup(String.raw({ raw: strings }, ...children.map(render)));
}

/** Returns a text of the project's own that is HTML already: a style sheet, a serialised figure. */
export function trusted(markup: string): Markup {
  return new Markup(markup);
}
