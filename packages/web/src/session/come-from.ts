/** Where a person wanted to go before signing in: only ever a path of this page. */
export function comeFrom(state: unknown): string {
  const from = (state as { from?: unknown } | null)?.from
  return typeof from === 'string' && /^\/(?![/\\])/.test(from) ? from : '/'
}
