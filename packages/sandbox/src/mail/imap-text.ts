/** An argument of an IMAP command: an atom or number, a string, or a list (RFC 3501 §4). */
export type Argument =
  | { readonly kind: 'atom'; readonly text: string }
  | { readonly kind: 'string'; readonly octets: Buffer }
  | { readonly kind: 'list'; readonly items: readonly Argument[] }

const DEEPEST = 50

/** Reads arguments from lines and the literals between them; undefined when they are none. */
export function readArguments(lines: readonly string[], literals: readonly Buffer[]): Argument[] | undefined {
  let line = 0
  let at = 0
  let deep = 0
  const text = (): string => lines[line] ?? ''
  const one = (): Argument | undefined => {
    const rest = text().slice(at)
    const literal = /^\{\d+\+?\}$/.exec(rest)
    if (literal !== null) {
      const octets = literals[line]
      line += 1
      at = 0
      return octets === undefined ? undefined : { kind: 'string', octets }
    }
    const quoted = /^"((?:[^"\\]|\\["\\])*)"/.exec(rest)
    if (quoted !== null) {
      at += quoted[0].length
      return { kind: 'string', octets: Buffer.from((quoted[1] ?? '').replace(/\\(["\\])/g, '$1'), 'latin1') }
    }
    if (rest.startsWith('(')) {
      at += 1
      deep += 1
      if (deep > DEEPEST) return undefined
      const items = many(')')
      if (items === undefined || text()[at] !== ')') return undefined
      at += 1
      deep -= 1
      return { kind: 'list', items }
    }
    // An atom may have a section with a list in it: BODY[HEADER.FIELDS (DATE)]<0.100>.
    const atom = /^(?:[^\s()"{[\]]|\[[^\]]*\]|\](?!$))+/.exec(rest)
    if (atom === null) return undefined
    at += atom[0].length
    return { kind: 'atom', text: atom[0] }
  }
  const many = (end: string | undefined): Argument[] | undefined => {
    const items: Argument[] = []
    for (;;) {
      if (end !== undefined && text()[at] === end) return items
      if (end === undefined && at >= text().length && line >= lines.length - 1) return items
      const item = one()
      if (item === undefined) return undefined
      items.push(item)
      if (text()[at] === ' ') at += 1
      else if (text()[at] !== undefined && text()[at] !== end) return undefined
    }
  }
  return many(undefined)
}

/** An atom or a string as text. */
export function textOf(argument: Argument | undefined): string | undefined {
  if (argument === undefined || argument.kind === 'list') return undefined
  return argument.kind === 'atom' ? argument.text : argument.octets.toString('utf8')
}

/** A string for an answer: quoted where it can be, as a literal otherwise. Latin-1, one character for each octet. */
export function quoted(text: string | undefined): string {
  if (text === undefined) return 'NIL'
  const octets = Buffer.from(text, 'utf8').toString('latin1')
  if (/^[\x20-\x7e]*$/.test(octets) && octets.length < 1000) return `"${octets.replace(/(["\\])/g, '\\$1')}"`
  return `{${octets.length}}\r\n${octets}`
}

/** Whether a number is in a set such as `1,3:5,9:*`; undefined when the text is no set. `last` stands for `*`. */
export function inSet(set: string, last: number): ((number: number) => boolean) | undefined {
  if (!/^(?:\d{1,10}|\*)(?::(?:\d{1,10}|\*))?(?:,(?:\d{1,10}|\*)(?::(?:\d{1,10}|\*))?)*$/.test(set)) return undefined
  const ranges = set.split(',').map((range) => {
    const [from = 0, to = from] = range.split(':').map((end) => (end === '*' ? last : Number(end)))
    return [Math.min(from, to), Math.max(from, to)] as const
  })
  return (number) => ranges.some(([from, to]) => number >= from && number <= to)
}
