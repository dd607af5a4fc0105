/** The cookie in which the page keeps the language that a person chose, for the pages that the server makes itself. */
export const LANGUAGE_COOKIE = 'evergrant-language'
