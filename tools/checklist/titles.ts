import { isNode, nameOf, parseSource, type SyntaxNode, walk } from '../source/syntax.ts'

/** A row that a test's title claims. */
export interface Claim {
  readonly row: number
  readonly title: string
  readonly file: string
  readonly line: number
}

const marker = /\[(#\d+(?:[\s,]+#\d+)*)\]/g
const declarers = new Set(['test', 'it', 'describe', 'suite', 'rule'])

/** The claims `[#67]`, `[#67 #68]` and `[#67, #68]` in the titles of a file's tests and suites; skipped tests claim nothing. */
export function claimsOf(file: string, text: string): Claim[] {
  const syntax = parseSource(file, text)
  const program: SyntaxNode = { type: 'Program', start: 0, end: text.length, body: syntax.body }
  const claims: Claim[] = []
  walk(program, (node) => {
    if (node.type !== 'CallExpression' || !declaresTest(node.callee)) return
    const [first] = node.arguments as readonly SyntaxNode[]
    const title = first && titleText(first)
    if (title === undefined) return
    for (const [, numbers = ''] of title.matchAll(marker)) {
      for (const [, number] of numbers.matchAll(/#(\d+)/g)) {
        claims.push({ row: Number(number), title, file, line: syntax.lineOf(node.start) })
      }
    }
  })
  return claims
}

/** `test(…)`, `it(…)`, `t.test(…)`, `describe(…)`, and `rule(…)` of a contract; not `test.skip(…)` nor `test.todo(…)`. */
function declaresTest(callee: unknown): boolean {
  if (!isNode(callee)) return false
  const name = callee.type === 'MemberExpression' ? nameOf(callee.property) : nameOf(callee)
  return name !== undefined && declarers.has(name)
}

function titleText(node: SyntaxNode): string | undefined {
  if (node.type === 'Literal' && typeof node.value === 'string') return node.value
  if (node.type !== 'TemplateLiteral') return undefined
  const quasis = node.quasis as readonly { value: { cooked: string | null } }[]
  return quasis.map(({ value }) => value.cooked ?? '').join('…')
}
