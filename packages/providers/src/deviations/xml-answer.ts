import type { DeviationMaker } from '@evergrant/core'

/**
 * The token answer is XML. Its elements without children become fields by their names; the first of a name counts. No
 * settings. Nothing but the five entities of XML is replaced: there is no document type, and nothing is loaded.
 */
export const xmlAnswer: DeviationMaker = () => ({
  fields({ text }) {
    if (!text.trimStart().startsWith('<?xml')) return undefined
    const fields: Record<string, unknown> = Object.create(null)
    for (const [, name = '', value = ''] of text.matchAll(/<([A-Za-z_][\w.-]*)(?:\s[^<>]*)?>([^<]*)<\/\1>/g))
      fields[name] ??= decoded(value)
    return fields
  },
})

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

function decoded(text: string): string {
  return text.trim().replace(/&(amp|lt|gt|quot|apos);/g, (_whole, name: string) => ENTITIES[name] ?? '')
}
