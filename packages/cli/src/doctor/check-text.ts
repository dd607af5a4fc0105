import { oneLine } from '../harmless.ts'
import type { Terminal } from '../terminal.ts'
import type { Check } from './check.ts'

const SIGNS = { ok: ['✓', 'green'], warn: ['!', 'yellow'], fail: ['✗', 'red'], skip: ['–', 'dim'] } as const

/** A step as lines for a terminal: what was found, who mends it and how. */
export function checkText(of: Check, terminal: Pick<Terminal, 'style'>): string {
  const [sign, style] = SIGNS[of.result]
  const lines = [`${terminal.style(style, sign)} ${of.title}: ${oneLine(of.detail)}`]
  if (of.who !== undefined) lines.push(`    ${terminal.style('dim', 'who')}     ${of.who}`)
  if (of.advice !== undefined) lines.push(`    ${terminal.style('dim', 'advice')}  ${of.advice}`)
  if (of.link !== undefined) lines.push(`    ${terminal.style('dim', 'more')}    ${of.link}`)
  return lines.join('\n')
}
