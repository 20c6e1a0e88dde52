/** The parts of a page that show results: for other pages than those of the command. */
export { figure } from "./figure.ts";
export type { Child, Markup } from "./markup.ts";
export { html, trusted } from "./markup.ts";
export { plainPage } from "./plain-page.ts";
export { svgDocument } from "./svg-document.ts";
