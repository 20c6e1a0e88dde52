/* The parts of a page that show results. */
export { figure, panel } from "./figure.ts";
export { type Child, html, type Markup, trusted } from "./markup.ts";
export { type Page, page } from "./page.ts";
export { plainPage, plainStyle } from "./plain-page.ts";
export { svgDocument } from "./svg-document.ts";
export { type Column, type Row, table } from "./table.ts";
