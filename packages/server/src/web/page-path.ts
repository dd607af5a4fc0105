/** These are for programs: who asks for something else there is told so, and gets no page. */
const NO_PAGE = /^\/(?:v1|oauth|sandbox|healthz|readyz|metrics|openapi\.json)(?:\/|$)/

/**
 * Whether the page may be at this path, the folder of the server taken away: it is neither for programs nor a file's.
 *
 * @param path without a query
 */
export const isPagePath = (path: string): boolean => !NO_PAGE.test(path) && !/\.\w+$/.test(path)
