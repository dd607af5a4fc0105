/** A header field, with its folded lines joined. */
export interface Field {
  readonly name: string
  readonly value: string
}

/** A message or a part of one (RFC 2045). */
export interface Part {
  /** The header with the empty line that ends it. */
  readonly header: Buffer
  readonly body: Buffer
  readonly fields: readonly Field[]
  readonly type: string
  readonly subtype: string
  readonly parameters: readonly (readonly [string, string])[]
  /** Of a multipart. */
  readonly parts: readonly Part[]
}

/** Parts inside of parts. */
const DEEPEST = 20
const MOST_PARTS = 200

export function readPart(raw: Buffer, deep = 0): Part {
  const end = raw.indexOf('\r\n\r\n')
  const bare = end < 0 && raw.indexOf('\n\n') >= 0 ? raw.indexOf('\n\n') + 2 : undefined
  const at = bare ?? (raw.subarray(0, 2).toString() === '\r\n' ? 2 : end < 0 ? raw.length : end + 4)
  const header = raw.subarray(0, at)
  const body = raw.subarray(at)
  const fields = readFields(header)
  const content = fieldOf(fields, 'content-type') ?? 'text/plain; charset=us-ascii'
  const [, type = 'text', subtype = 'plain'] = /^\s*([\w!#$&^.+-]+)\/([\w!#$&^.+-]+)/.exec(content) ?? []
  const parameters = [...content.matchAll(/;\s*([\w!#$&^.*+-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;]+))/g)].map(
    ([, name = '', quoted, bareValue = '']) =>
      [name.toLowerCase(), quoted?.replace(/\\(.)/g, '$1') ?? bareValue] as const,
  )
  const boundary = parameters.find(([name]) => name === 'boundary')?.[1]
  const multipart = /^multipart$/i.test(type) && boundary !== undefined && deep < DEEPEST
  const parts = multipart ? split(body, boundary).map((part) => readPart(part, deep + 1)) : []
  return { header, body, fields, type: type.toUpperCase(), subtype: subtype.toUpperCase(), parameters, parts }
}

export function fieldOf(fields: readonly Field[], name: string): string | undefined {
  return fields.find((field) => field.name.toLowerCase() === name)?.value
}

function readFields(header: Buffer): Field[] {
  return header
    .toString('latin1')
    .replace(/\r?\n[ \t]+/g, ' ')
    .split(/\r?\n/)
    .flatMap((line) => {
      const at = line.indexOf(':')
      return at < 1 ? [] : [{ name: line.slice(0, at).trim(), value: line.slice(at + 1).trim() }]
    })
}

function split(body: Buffer, boundary: string): Buffer[] {
  const text = body.toString('latin1')
  const parts: Buffer[] = []
  const line = `--${boundary}`
  let from: number | undefined
  for (let at = 0; at <= text.length && parts.length < MOST_PARTS; ) {
    const next = text.indexOf('\n', at)
    const end = next < 0 ? text.length : next
    const found = text.slice(at, end).trimEnd()
    if (found === line || found === `${line}--`) {
      // The line break before a boundary belongs to the boundary (RFC 2046 §5.1.1).
      if (from !== undefined) parts.push(body.subarray(from, Math.max(from, at - (text[at - 2] === '\r' ? 2 : 1))))
      from = found === line ? end + 1 : undefined
      if (found === `${line}--`) break
    }
    if (next < 0) break
    at = end + 1
  }
  if (from !== undefined && from < body.length) parts.push(body.subarray(from))
  return parts
}

/** A mailbox of an address field. */
export interface Address {
  readonly name?: string | undefined
  readonly local: string
  readonly host: string
}

/** The addresses of a field: as much of RFC 5322 as practice mail has, groups and comments left out. */
export function readAddresses(value: string | undefined): Address[] {
  if (value === undefined) return []
  return [
    ...value.matchAll(
      /(?:\s*(?:"((?:[^"\\]|\\.)*)"|([^<>,"]*?))\s*<([^<>@\s]+)@([^<>@\s]+)>|([^\s<>,"@]+)@([^\s<>,"@]+))\s*(?:,|$)/g,
    ),
  ].map(([, quoted, bare, local, host, onlyLocal = '', onlyHost = '']) => {
    const name = quoted?.replace(/\\(.)/g, '$1') ?? (bare?.trim() || undefined)
    return { name, local: local ?? onlyLocal, host: host ?? onlyHost }
  })
}
