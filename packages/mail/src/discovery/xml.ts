/** Longer answers are not settings of a mailbox. */
export const LONGEST_XML = 65_536

/** An element of a settings file: its attributes' text, and its content. */
export interface XmlElement {
  readonly attributes: string
  readonly content: string
}

/**
 * The elements of that name, in order, not nested in one another. As much XML as settings of a mailbox need: a document
 * with a DTD, which could hold entities that grow without end, has no elements.
 */
export function elements(xml: string, name: string): XmlElement[] {
  if (xml.length > LONGEST_XML || /<!(?:DOCTYPE|ENTITY)/i.test(xml)) return []
  const found: XmlElement[] = []
  const open = new RegExp(`<${name}(\\s[^<>]*)?>`, 'gi')
  const close = `</${name.toLowerCase()}`
  const lower = xml.toLowerCase()
  for (let match = open.exec(xml); match !== null; match = open.exec(xml)) {
    const end = lower.indexOf(close, open.lastIndex)
    if (end < 0) break
    found.push({ attributes: match[1] ?? '', content: xml.slice(open.lastIndex, end) })
    open.lastIndex = end
  }
  return found
}

/** The text of the first element of that name; undefined when there is none. */
export function textOf(xml: string, name: string): string | undefined {
  return elements(xml, name)[0]?.content.trim()
}
