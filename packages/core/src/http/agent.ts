/** Some servers turn requests away that do not say what sent them; a browser says it itself. */
export function agent(): Record<string, string> {
  return globalThis.navigator?.userAgent?.startsWith('Mozilla/') ? {} : { 'user-agent': 'evergrant' }
}
