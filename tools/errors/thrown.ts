import type { Finding } from '../finding.ts'
import { isNode, nameOf, parseSource, type SyntaxNode, walk } from '../source/syntax.ts'
import { type Catalogue, catalogueFile } from './catalogue.ts'

/** A code-shaped string in a source file. */
export interface CodeUse {
  readonly code: string
  readonly file: string
  readonly line: number
  /** The code of `new SomethingError('THE_CODE', …)`, written there, in a conditional or in a template. */
  readonly thrown: boolean
}

const codeShape = /^[A-Z][A-Z0-9_]{2,}$/

/** Every code-shaped string of a file. */
export function codeUses(file: string, text: string): CodeUse[] {
  const syntax = parseSource(file, text)
  const program: SyntaxNode = { type: 'Program', start: 0, end: text.length, body: syntax.body }
  const thrown = new Set<number>()
  const uses: CodeUse[] = []
  walk(program, (node) => {
    if (node.type === 'NewExpression' && nameOf(node.callee)?.endsWith('Error')) {
      const [code] = node.arguments as readonly SyntaxNode[]
      if (code) for (const start of codeStarts(code)) thrown.add(start)
    }
    if (node.type !== 'Literal' || typeof node.value !== 'string' || !codeShape.test(node.value)) return
    uses.push({ code: node.value, file, line: syntax.lineOf(node.start), thrown: thrown.has(node.start) })
  })
  return uses
}

function codeStarts(argument: SyntaxNode): number[] {
  if (argument.type === 'Literal') return [argument.start]
  if (argument.type !== 'ConditionalExpression' && argument.type !== 'LogicalExpression') return []
  return [argument.consequent, argument.alternate, argument.left, argument.right].filter(isNode).flatMap(codeStarts)
}

/** Nothing is thrown that the catalogue does not know, and nothing in the catalogue is never thrown. */
export function thrownAgrees(uses: readonly CodeUse[], catalogue: Catalogue): Finding[] {
  const unknown = uses.filter(({ code, thrown }) => thrown && !(code in catalogue))
  const used = new Set(uses.filter(({ file }) => file !== catalogueFile).map(({ code }) => code))
  const idle = Object.keys(catalogue).filter((code) => !used.has(code))
  return [
    ...unknown.map(({ code, file, line }) => ({
      rule: 'errors',
      file,
      line,
      message: `${code} is not in ${catalogueFile}`,
    })),
    ...idle.map((code) => ({
      rule: 'errors',
      file: catalogueFile,
      message: `${code} is thrown nowhere in packages/*/src`,
    })),
  ]
}
