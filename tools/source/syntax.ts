import { parseSync } from 'vite'

/** A node of the syntax tree, as loosely as a check needs it. */
export interface SyntaxNode {
  readonly type: string
  readonly start: number
  readonly end: number
  readonly [field: string]: unknown
}

export interface Comment {
  readonly type: 'Line' | 'Block'
  readonly value: string
  readonly start: number
  readonly end: number
}

export interface Syntax {
  readonly text: string
  readonly body: readonly SyntaxNode[]
  readonly comments: readonly Comment[]
  /** The 1-based line of an offset. */
  lineOf(offset: number): number
}

/** Where a node hangs: the field of its parent. */
export interface Place {
  readonly parent: SyntaxNode
  readonly field: string
}

export function isNode(value: unknown): value is SyntaxNode {
  return typeof value === 'object' && value !== null && typeof (value as { type?: unknown }).type === 'string'
}

/** Parses TypeScript. TypeScript 7 has no stable JavaScript API yet; the parser that Vite ships reads the same language. */
export function parseSource(path: string, text: string): Syntax {
  const { program, comments, errors } = parseSync(path, text)
  const [error] = errors
  if (error) throw new SyntaxError(`${path}: ${error.message}`)
  return {
    text,
    body: program.body as unknown as readonly SyntaxNode[],
    comments,
    lineOf: (offset) => text.slice(0, offset).split('\n').length,
  }
}

/** Calls `visit` for every node below `node`, parents first. */
export function walk(node: SyntaxNode, visit: (node: SyntaxNode, place: Place) => void): void {
  for (const [field, value] of Object.entries(node)) {
    for (const child of Array.isArray(value) ? value : [value]) {
      if (!isNode(child)) continue
      visit(child, { parent: node, field })
      walk(child, visit)
    }
  }
}

/** The text of a string literal, or of a template literal without substitutions. */
export function literalText(node: unknown): string | undefined {
  if (!isNode(node)) return undefined
  if (node.type === 'Literal' && typeof node.value === 'string') return node.value
  if (node.type !== 'TemplateLiteral') return undefined
  const quasis = node.quasis as readonly { value: { cooked: string } }[]
  return quasis.length === 1 ? quasis[0]?.value.cooked : undefined
}

/** The name of an identifier, or the text of a string used as a name. */
export function nameOf(node: unknown): string | undefined {
  if (!isNode(node)) return undefined
  return typeof node.name === 'string' ? node.name : literalText(node)
}
