/** Members of a parsed file, read without trusting it. */

export type Fields = Readonly<Record<string, unknown>>

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A text that is not empty. */
export function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** Scopes as a list or as a text, space separated. */
export function scopes(value: unknown): string | undefined {
  if (!Array.isArray(value)) return text(value)
  const names = value.filter((one): one is string => typeof one === 'string' && one !== '')
  return names.length === 0 ? undefined : names.join(' ')
}

/** A number, also one written as a text: epoch seconds and lifetimes stand in files in both ways. */
export function seconds(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  return typeof number === 'number' && Number.isFinite(number) && number > 0 ? Math.floor(number) : undefined
}

/**
 * A date in words as epoch seconds. `zone` is added where the text names none: a date without a zone would else be
 * read as local time.
 */
export function moment(value: unknown, zone: 'Z' | 'local' = 'Z'): number | undefined {
  const words = text(value)
  if (words === undefined) return undefined
  // Python writes six digits after the second, and a blank for the T.
  const iso = words.trim().replace(/^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d(?::\d\d)?)(?:\.\d+)?\s*/, '$1T$2')
  const named = /(?:Z|UTC|GMT|[+-]\d\d:?\d\d)$/i.test(iso)
  const spelt = iso.replace(/(?:UTC|GMT)$/i, 'Z')
  const time = Date.parse(named || zone === 'local' ? spelt : `${spelt}Z`)
  return Number.isNaN(time) ? undefined : Math.floor(time / 1000)
}
