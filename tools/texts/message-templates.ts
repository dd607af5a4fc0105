import { isNode, parseSource, type SyntaxNode, walk } from '../source/syntax.ts'

/** A text that the server may show, as it stands in the code. */
export interface MessageTemplate {
  /** With `{}` for each value that is filled in. */
  readonly text: string
  readonly file: string
  readonly line: number
}

/** Errors whose message people read. */
const THROWN = new Set(['OAuthError', 'Refusal'])

/** Functions of a schema whose second argument ends the sentence about a value that does not fit. */
const FORMS = new Set(['Formed'])

/** Fields and variables that hold such a text. */
const HOLDS_TEXT = new Set(['message', 'detail', 'advice', 'title', 'words', 'why'])

/** Finds the texts of a file that come to people as messages of errors, findings and steps. */
export function messageTemplates(file: string, source: string): MessageTemplate[] {
  const syntax = parseSource(file, source)
  const found = new Map<string, MessageTemplate>()
  const take = (node: unknown): void => {
    if (!isNode(node)) return
    if (node.type === 'ConditionalExpression') {
      take(node['consequent'])
      take(node['alternate'])
      return
    }
    const text = templateOf(node)
    if (text !== undefined && isSentence(text))
      found.set(text, { text: normal(text), file, line: syntax.lineOf(node.start) })
  }
  for (const top of syntax.body) {
    walk(top, (node) => {
      if (node.type === 'NewExpression' && THROWN.has(nameIn(node['callee']))) {
        take((node['arguments'] as readonly unknown[])[1])
      }
      if (node.type === 'CallExpression' && FORMS.has(nameIn(node['callee']))) {
        take((node['arguments'] as readonly unknown[])[1])
      }
      if (node.type === 'VariableDeclarator' && HOLDS_TEXT.has(nameIn(node['id']))) take(node['init'])
      if (node.type === 'Property' && HOLDS_TEXT.has(nameIn(node['key']))) take(node['value'])
    })
  }
  return [...found.values()]
}

/** The same text whatever its values are called. */
export const normal = (text: string): string => text.replace(/\{\w*\}/g, '{}').replace(/(?:\{\}){2,}/g, '{}')

const nameIn = (node: unknown): string => (isNode(node) ? String(node['name']) : '')

/** At least two words that are no values. */
function isSentence(text: string): boolean {
  return /\p{L}{2,}[,:;]? (?:\(?\{\}\)? )*\p{L}{2,}/u.test(text)
}

function templateOf(node: SyntaxNode): string | undefined {
  if (node.type === 'Literal') return typeof node.value === 'string' ? node.value : undefined
  if (node.type !== 'TemplateLiteral') return undefined
  return (node['quasis'] as readonly { readonly value: { readonly cooked: string } }[])
    .map(({ value }) => value.cooked)
    .join('{}')
}
