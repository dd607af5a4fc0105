/** Puts a value at a path of names and numbers with dots, making what is missing on the way. */
export function put(whole: Record<string, unknown>, path: string, value: unknown): void {
  const names = path.split('.')
  const last = names.pop() ?? path
  let place = whole
  for (const name of names) {
    const inner = place[name]
    const next = typeof inner === 'object' && inner !== null ? (inner as Record<string, unknown>) : {}
    place[name] = next
    place = next
  }
  place[last] = value
}
