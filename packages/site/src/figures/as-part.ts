/** Width of the text beside which figures stand. */
export const figureWidth = 672;

/**
 * A figure as a part of a page: its rules stand in the style sheet of the site, since templates may have none, and it is one
 * picture with one description to those who hear it, whose groups may have no names.
 */
export const asPart = (markup: string): string =>
  markup.replaceAll(/<style>[\s\S]*?<\/style>/g, "").replaceAll(/(<g\b[^>]*?) aria-label="[^"]*"/g, "$1");
