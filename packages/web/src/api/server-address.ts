/** Where a path of the server is: below the page's base, which is not the root when the server is under a sub-path. */
export function serverAddress(path: string): string {
  return new URL(path.replace(/^\//, ''), document.baseURI).href
}

/** The sub-path itself: `/`, or `/evergrant/`. */
export function basePath(): string {
  return new URL(document.baseURI).pathname
}
