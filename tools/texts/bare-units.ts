import type { Finding } from '../finding.ts'
import { isNode, parseSource, type SyntaxNode, walk } from '../source/syntax.ts'

/** Units of which there may be one. */
const UNIT =
  /^ (?:milliseconds|seconds|minutes|hours|days|weeks|months|years|times|bytes|characters|lines|rows|files|records|entries|messages|requests|attempts|failures|events|accounts|connections|grants|tokens|keys|scopes|users|people|programs|providers|mailboxes|servers|replicas|processes|webhooks|addresses)\b/

/**
 * Numbers that are put right before a unit in the plural, so that a text says "1 seconds" one day: `counted` has the words for
 * both. Whoever asks whether it is one has said it otherwise.
 */
export function bareUnits(file: string, source: string): Finding[] {
  const findings: Finding[] = []
  const syntax = parseSource(file, source)
  for (const top of syntax.body) {
    const asked = new Set<SyntaxNode>()
    walk(top, (node) => {
      if (node.type === 'ConditionalExpression' && isAboutOne(node['test'])) {
        for (const way of [node['consequent'], node['alternate']]) if (isNode(way)) asked.add(way)
      }
      if (node.type !== 'TemplateLiteral' || asked.has(node)) return
      const [, ...behind] = node['quasis'] as readonly { readonly value: { readonly cooked: string } }[]
      const unit = behind.map(({ value }) => UNIT.exec(value.cooked)?.[0]).find((found) => found !== undefined)
      if (unit === undefined) return
      const message = `"\${…}${unit}" says "1${unit}" one day: write \${counted(…, '…')}`
      findings.push({ rule: 'bare-unit', file, line: syntax.lineOf(node.start), message })
    })
  }
  return findings
}

function isAboutOne(test: unknown): boolean {
  if (!isNode(test) || test.type !== 'BinaryExpression') return false
  return [test['left'], test['right']].some((side) => isNode(side) && side.type === 'Literal' && side.value === 1)
}
