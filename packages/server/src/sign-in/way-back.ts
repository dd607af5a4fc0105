/**
 * The address that a path of this page stands for. Undefined: it is none, but leads to another origin (`//host`, `/\host`), out of the
 * folder that the server is in (`/../`), or is read differently by different browsers (control characters, backslashes).
 *
 * @param publicUrl where people reach the server, without a slash at the end
 */
export function wayBack(publicUrl: string, path: string): string | undefined {
  if (!/^\/(?!\/)[!-[\]-~]*$/.test(path)) return undefined
  // As a browser reads it: `..` is gone then, however it was written.
  const { href } = new URL(publicUrl + path)
  return href.startsWith(`${new URL(publicUrl).href.replace(/\/$/, '')}/`) ? href : undefined
}
