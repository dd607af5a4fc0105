import { isPagePath } from '../web/page-path.ts'

/**
 * The address that a path of this page stands for; the first page's, where no page is at that path (`/v1/…`, a file, `/a//b`).
 * Undefined: it is no path, but leads to another origin (`//host`, `/\host`), out of the folder that the server is in (`/../`), or is
 * read differently by different browsers (control characters, backslashes).
 *
 * @param publicUrl where people reach the server, without a slash at the end
 */
export function wayBack(publicUrl: string, path: string): string | undefined {
  if (!/^\/(?!\/)[!-[\]-~]*$/.test(path)) return undefined
  // As a browser reads it: `..` is gone then, however it was written.
  const { href, pathname } = new URL(publicUrl + path)
  const base = new URL(publicUrl)
  const folder = base.pathname.replace(/\/$/, '')
  if (!href.startsWith(`${base.origin}${folder}/`)) return undefined
  return isPlace(pathname.slice(folder.length)) ? href : `${base.origin}${folder}/`
}

/** As the server reads it: `/%76%31/` is `/v1/`. */
function isPlace(path: string): boolean {
  try {
    const read = decodeURIComponent(path)
    return isPagePath(read) && !read.includes('//')
  } catch {
    return false
  }
}
