/** Elements whose content is not for reading. */
const SILENT = ['script', 'style', 'head', 'title']
const BREAKS = /^\/?(?:p|div|br|tr|li|ul|ol|table|h[1-6]|blockquote|hr)$/
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' }

/** The words of an HTML text. Each character is looked at a fixed number of times; nothing is fetched or run. */
export function htmlText(html: string): string {
  let text = ''
  let at = 0
  const lower = html.toLowerCase()
  while (at < html.length) {
    const open = html.indexOf('<', at)
    if (open < 0) {
      text += html.slice(at)
      break
    }
    text += html.slice(at, open)
    const close = html.indexOf('>', open)
    if (close < 0) break
    const name = /^\/?[a-z0-9]*/.exec(lower.slice(open + 1, Math.min(close, open + 20)))?.[0] ?? ''
    if (BREAKS.test(name)) text += '\n'
    at = close + 1
    if (!SILENT.includes(name)) continue
    const end = lower.indexOf(`</${name}`, at)
    if (end < 0) break
    at = end
  }
  return text
    .replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]{2,4}));/gi, (whole, decimal, hex, name) => {
      if (name !== undefined) return ENTITIES[name.toLowerCase()] ?? whole
      const code = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal)
      return code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff) ? String.fromCodePoint(code) : ''
    })
    .replace(/[ \t\r]+/g, ' ')
    .split('\n')
    .map((line) => line.trim())
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim()
}
