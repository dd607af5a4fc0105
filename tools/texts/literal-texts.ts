import type { Finding } from '../finding.ts'
import { isNode, parseSource, type SyntaxNode, walk } from '../source/syntax.ts'

/** Attributes that a person sees or hears. */
const SPOKEN =
  /^(?:title|label|description|placeholder|alt|children|aria-(?:label|description|placeholder|roledescription))$/

/** What stands between an attribute and the texts that it may have. */
const PASSES_ON = new Set(['JSXExpressionContainer', 'TemplateLiteral', 'ConditionalExpression', 'LogicalExpression'])

/** Begins like a sentence or a heading: a capital, then small letters, then the end or another word. */
const SENTENCE = /^\p{Lu}\p{Ll}+(?:[\s,:;–-]|[.!?…]*$)/u

const hasWord = (text: string): boolean => /\p{L}{2}/u.test(text)

/** Text for people that stands in the code instead of a catalogue. */
export function literalTexts(file: string, source: string): Finding[] {
  const syntax = parseSource(file, source)
  const findings: Finding[] = []
  const tell = (node: SyntaxNode, text: string) =>
    findings.push({
      rule: 'literal-text',
      file,
      line: syntax.lineOf(node.start),
      message: `"${text.trim().slice(0, 60)}" belongs in the catalogues of texts`,
    })
  const programmers = new Set<SyntaxNode>()
  const spoken = new Set<SyntaxNode>()
  for (const top of syntax.body) {
    walk(top, (node, { parent }) => {
      // What is thrown names a mistake of ours, for whoever reads the technical details.
      if (programmers.has(parent) || isError(node) || node.type === 'ImportExpression' || isType(node)) {
        programmers.add(node)
        return
      }
      if (isSpoken(node) || (spoken.has(parent) && PASSES_ON.has(node.type))) spoken.add(node)
      if (node.type === 'JSXText') {
        if (hasWord(String(node.value))) tell(node, String(node.value))
        return
      }
      const text = textOf(node)
      if (text === undefined || top.type === 'ImportDeclaration') return
      if (spoken.has(parent) ? hasWord(text) : SENTENCE.test(text)) tell(node, text)
    })
  }
  return findings
}

function isError({ type, callee }: SyntaxNode): boolean {
  if (type === 'CallExpression') return isNode(callee) && callee.type === 'Super'
  return type === 'NewExpression' && isNode(callee) && /Error$/.test(String(callee['name']))
}

function isType({ type }: SyntaxNode): boolean {
  return type.startsWith('TS') && type !== 'TSAsExpression' && type !== 'TSSatisfiesExpression'
}

function isSpoken({ type, name }: SyntaxNode): boolean {
  return type === 'JSXAttribute' && isNode(name) && SPOKEN.test(String(name['name']))
}

function textOf(node: SyntaxNode): string | undefined {
  if (node.type === 'Literal') return typeof node.value === 'string' ? node.value : undefined
  if (node.type !== 'TemplateElement') return undefined
  return (node.value as { readonly cooked?: string }).cooked
}
