/** An entry as its file has it: one field per line, so that a change shows as one line. */
export function asText(entry: object): string {
  const lines = Object.entries(entry).map(([field, value]) => `  ${JSON.stringify(field)}: ${spaced(value)}`)
  return `{\n${lines.join(',\n')}\n}\n`
}

/** JSON on one line, with a space after colons and commas. */
function spaced(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(spaced).join(', ')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const fields = Object.entries(value).map(([field, inner]) => `${JSON.stringify(field)}: ${spaced(inner)}`)
  return `{ ${fields.join(', ')} }`
}
