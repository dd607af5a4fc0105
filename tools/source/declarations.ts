import { posix } from 'node:path'
import { type Comment, isNode, nameOf, parseSource, type Syntax, type SyntaxNode } from './syntax.ts'

/** One exported name, at the place where it is declared. */
export interface Exported {
  readonly name: string
  /** File that declares it, or the specifier of somebody else's package. */
  readonly file: string
  readonly line: number
  /** The declaration without comments; overloads one after another. */
  readonly text: string
  readonly documented: boolean
}

/** Gives the text of a file, or undefined. Lets the resolver run on sources, on emitted declarations, and in tests. */
export type ReadFile = (path: string) => string | undefined

/** Everything that an entry exports, followed through re-exports to the declarations, sorted by name. */
export function exportsOf(entry: string, read: ReadFile): Exported[] {
  return [...collect(entry, read, new Set()).values()].sort((a, b) => (a.name < b.name ? -1 : 1))
}

function collect(file: string, read: ReadFile, seen: Set<string>): Map<string, Exported> {
  const found = new Map<string, Exported>()
  const text = read(file)
  if (text === undefined || seen.has(file)) return found
  const syntax = parseSource(file, text)
  const local = declarations(syntax)
  for (const node of syntax.body) {
    for (const exported of fromStatement(node)) found.set(exported.name, exported)
  }
  return found

  function fromStatement(node: SyntaxNode): Exported[] {
    if (node.type === 'ExportAllDeclaration') return fromStar(node)
    if (node.type === 'ExportDefaultDeclaration') return [describe('default', [node])]
    if (node.type !== 'ExportNamedDeclaration') return []
    if (isNode(node.declaration)) {
      return declaredNames(node.declaration).map((name) => describe(name, local.get(name) ?? [node]))
    }
    const specifiers = (node.specifiers ?? []) as readonly SyntaxNode[]
    const from = isNode(node.source) ? String(node.source.value) : undefined
    return specifiers.map((specifier) => fromSpecifier(specifier, from, node))
  }

  function fromSpecifier(specifier: SyntaxNode, from: string | undefined, node: SyntaxNode): Exported {
    const name = nameOf(specifier.exported) ?? 'default'
    const original = nameOf(specifier.local) ?? name
    if (from === undefined) return describe(name, local.get(original) ?? [node])
    const target = from.startsWith('.') ? collect(resolve(file, from, read), read, new Set()).get(original) : undefined
    return target ? { ...target, name } : elsewhere(name, from, node)
  }

  function fromStar(node: SyntaxNode): Exported[] {
    const from = isNode(node.source) ? String(node.source.value) : ''
    const name = nameOf(node.exported)
    if (name !== undefined) return [describe(name, [node])]
    if (!from.startsWith('.')) return [elsewhere('*', from, node)]
    const all = collect(resolve(file, from, read), read, new Set([...seen, file]))
    return [...all.values()].filter((exported) => exported.name !== 'default')
  }

  function describe(name: string, nodes: readonly SyntaxNode[]): Exported {
    const [first] = nodes
    return {
      name,
      file,
      line: first ? syntax.lineOf(first.start) : 1,
      text: nodes.map((node) => plainText(syntax, node)).join('\n'),
      documented: nodes.some((node) => isDocumented(syntax, node)),
    }
  }

  /** Others' packages document their own exports; that we pass one on is all there is to say. */
  function elsewhere(name: string, from: string, node: SyntaxNode): Exported {
    const text = `export { ${name} } from '${from}'`
    return { name, file: from, line: syntax.lineOf(node.start), text, documented: true }
  }
}

/** Top-level statements by the names they declare: several for overloads and for a type and a value of one name. */
function declarations(syntax: Syntax): Map<string, SyntaxNode[]> {
  const byName = new Map<string, SyntaxNode[]>()
  for (const node of syntax.body) {
    const declaration = node.type === 'ExportNamedDeclaration' ? node.declaration : node
    for (const name of isNode(declaration) ? declaredNames(declaration) : []) {
      byName.set(name, [...(byName.get(name) ?? []), node])
    }
  }
  return byName
}

function declaredNames(declaration: SyntaxNode): string[] {
  if (declaration.type === 'VariableDeclaration') {
    const declarators = declaration.declarations as readonly SyntaxNode[]
    return declarators.flatMap((declarator) => nameOf(declarator.id) ?? [])
  }
  return /Declaration$|^TSDeclareFunction$/.test(declaration.type) ? [nameOf(declaration.id) ?? []].flat() : []
}

/** A TSDoc comment ends right before the statement; `@module` speaks of the file, not of what follows it. */
function isDocumented(syntax: Syntax, node: SyntaxNode): boolean {
  return syntax.comments.some(
    (comment) =>
      isTsDoc(comment) && comment.end <= node.start && syntax.text.slice(comment.end, node.start).trim() === '',
  )
}

function isTsDoc({ type, value }: Comment): boolean {
  return type === 'Block' && value.startsWith('*') && !value.includes('@module') && /\w/.test(value)
}

function plainText({ text, comments }: Syntax, node: SyntaxNode): string {
  let plain = ''
  let at = node.start
  for (const comment of comments.filter(({ start, end }) => start >= node.start && end <= node.end)) {
    plain += text.slice(at, comment.start)
    at = comment.end
  }
  plain += text.slice(at, node.end)
  const lines = plain.split('\n').map((line) => line.trimEnd())
  return lines.filter((line) => line !== '').join('\n')
}

function resolve(file: string, specifier: string, read: ReadFile): string {
  const target = posix.join(posix.dirname(file), specifier)
  const stem = target.replace(/\.[jt]sx?$/, '')
  const candidates = file.endsWith('.d.ts') ? [`${stem}.d.ts`] : [target, `${stem}.ts`, `${stem}.tsx`]
  return candidates.find((path) => read(path) !== undefined) ?? target
}
