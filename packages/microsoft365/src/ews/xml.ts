import { OAuthError } from '@evergrant/core'

/** An element, without its namespace's prefix. */
export interface XmlElement {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: readonly XmlElement[]
  readonly text: string
}

interface Open {
  name: string
  attributes: Record<string, string>
  children: XmlElement[]
  text: string
}

const PART =
  /<!\[CDATA\[([\s\S]*?)\]\]>|<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<(\/?)([\w:.-]+)((?:\s+[\w:.-]+\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*(\/?)>|([^<]+)/gy

/**
 * Reads what Exchange answers. SOAP allows neither a document type nor entities of its own (SOAP 1.1 §3), and here both
 * are refused. Throws `INVALID_ANSWER` for what is no XML.
 */
export function xml(text: string): XmlElement {
  const root: Open = { name: '', attributes: {}, children: [], text: '' }
  const path = [root]
  let at = 0
  for (const [whole, cdata, closing, name, attributes, empty, plain] of text.trim().matchAll(PART)) {
    at += whole.length
    const here = path.at(-1) ?? root
    if (cdata !== undefined) here.text += cdata
    else if (plain !== undefined) here.text += unescaped(plain)
    else if (name !== undefined && closing === '/') {
      if (path.pop()?.name !== local(name) || path.length === 0) throw broken()
    } else if (name !== undefined) {
      const child: Open = { name: local(name), attributes: read(attributes ?? ''), children: [], text: '' }
      here.children.push(child)
      if (empty !== '/') path.push(child)
    }
  }
  if (at !== text.trim().length || path.length !== 1 || root.children.length !== 1) throw broken()
  return root
}

/** All elements of this name, however deep, in order. */
export function findAll(of: XmlElement, name: string): XmlElement[] {
  return of.children.flatMap((child) => [...(child.name === name ? [child] : []), ...findAll(child, name)])
}

/** The text of the first element of this name. */
export function textOf(of: XmlElement, name: string): string | undefined {
  return findAll(of, name)[0]?.text.trim()
}

/** Text for an element or an attribute. */
export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (one) => `&#${one.charCodeAt(0)};`)
}

const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

function unescaped(text: string): string {
  return text.replace(/&(?:#x([\da-f]{1,6})|#(\d{1,7})|(\w+));/gi, (whole, hex, decimal, name) => {
    if (name !== undefined) return NAMED[name] ?? whole
    const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16)
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole
  })
}

function read(attributes: string): Record<string, string> {
  const all = attributes.matchAll(/([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g)
  return Object.fromEntries(
    [...all].map(([, name = '', double, single]) => [local(name), unescaped(double ?? single ?? '')]),
  )
}

function local(name: string): string {
  return name.slice(name.indexOf(':') + 1)
}

function broken(): OAuthError {
  return new OAuthError('INVALID_ANSWER', 'Exchange did not answer with XML that can be read.')
}
