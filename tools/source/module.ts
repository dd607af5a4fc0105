import { type Import, importFrom } from './import.ts'
import { isNode, nameOf, type Place, parseSource, type SyntaxNode, walk } from './syntax.ts'

/** Something with a text at a line. */
export interface Located {
  readonly text: string
  readonly line: number
}

export interface Comparison extends Located {
  /** The other side, as it is written. */
  readonly to: string
}

/** What the layer rules look at in one source file. */
export interface SourceModule {
  /** Path from the repository's root, with `/`. */
  readonly path: string
  /** The folder under packages/. */
  readonly package: string
  readonly imports: readonly Import[]
  /** String literals, pieces of template literals and JSX text; import specifiers are not among them. */
  readonly strings: readonly Located[]
  /** Names that are looked up: identifiers that are neither keys nor members, and members of globalThis. */
  readonly references: readonly Located[]
  /** Keys and members: `microsoft` in `{ microsoft: 1 }` and in `presets.microsoft`. */
  readonly keys: readonly Located[]
  /** Texts that something is compared with: by `===` and the like, or as a case of a switch. */
  readonly comparisons: readonly Comparison[]
  /** `process.env` and `process.argv`, however they are reached. */
  readonly processReads: readonly Located[]
}

const importSources = new Set([
  'ImportDeclaration',
  'ExportNamedDeclaration',
  'ExportAllDeclaration',
  'ImportExpression',
])
const ambient = new Set(['env', 'argv'])

/** Reads the facts that the rules need from one file's text. */
export function readModule(path: string, text: string): SourceModule {
  const syntax = parseSource(path, text)
  const imports: Import[] = []
  const strings: Located[] = []
  const references: Located[] = []
  const keys: Located[] = []
  const comparisons: Comparison[] = []
  const processReads: Located[] = []

  const program: SyntaxNode = { type: 'Program', start: 0, end: text.length, body: syntax.body }
  walk(program, (node, place) => {
    const line = syntax.lineOf(node.start)
    const found = importFrom(node, line)
    if (found) {
      imports.push(found)
      for (const name of found.specifier === 'node:process' || found.specifier === 'process' ? found.names : []) {
        if (ambient.has(name)) processReads.push({ text: `process.${name}`, line })
      }
    }
    const string = stringAt(node, place)
    if (string !== undefined) strings.push({ text: string, line })
    for (const { value, to } of comparedTexts(node)) {
      comparisons.push({ text: value, to: text.slice(to.start, to.end), line })
    }
    const read = processRead(node)
    if (read) processReads.push({ text: `process.${read}`, line })
    const global = node.type === 'MemberExpression' && nameOf(node.object) === 'globalThis' && nameOf(node.property)
    if (global) references.push({ text: global, line })
    if (node.type === 'Identifier') (isKey(place) ? keys : references).push({ text: String(node.name), line })
  })
  return { path, package: path.split('/')[1] ?? '', imports, strings, references, keys, comparisons, processReads }
}

function stringAt(node: SyntaxNode, { parent, field }: Place): string | undefined {
  if (field === 'source' && (importSources.has(parent.type) || parent.type === 'TSImportType')) return undefined
  if (node.type === 'Literal' && typeof node.value === 'string') return node.value
  if (node.type === 'TemplateElement') return (node.value as { cooked: string | null }).cooked ?? ''
  return node.type === 'JSXText' ? String(node.value) : undefined
}

/** The texts that a comparison or a switch holds something against. */
function comparedTexts(node: SyntaxNode): { readonly value: string; readonly to: SyntaxNode }[] {
  const sides =
    node.type === 'BinaryExpression' && /^[!=]==?$/.test(String(node.operator))
      ? [
          [node.left, node.right],
          [node.right, node.left],
        ]
      : node.type === 'SwitchStatement' && Array.isArray(node.cases)
        ? node.cases.map((one: SyntaxNode) => [one.test, node.discriminant])
        : []
  return sides.flatMap(([side, to]) =>
    isNode(side) && isNode(to) && side.type === 'Literal' && typeof side.value === 'string'
      ? [{ value: side.value, to }]
      : [],
  )
}

/** The part of `process` that a member expression or a destructuring reads, when it is one a composition root owns. */
function processRead(node: SyntaxNode): string | undefined {
  if (node.type === 'MemberExpression' && isProcess(node.object)) {
    const property = nameOf(node.property)
    return property && ambient.has(property) ? property : undefined
  }
  if (node.type !== 'VariableDeclarator' || !isProcess(node.init) || !isNode(node.id)) return undefined
  const properties = node.id.properties
  if (!Array.isArray(properties)) return undefined
  return properties.map((property: SyntaxNode) => nameOf(property.key)).find((key) => key && ambient.has(key))
}

function isProcess(node: unknown): boolean {
  if (!isNode(node)) return false
  if (node.type === 'Identifier') return node.name === 'process'
  return node.type === 'MemberExpression' && nameOf(node.object) === 'globalThis' && nameOf(node.property) === 'process'
}

function isKey({ parent, field }: Place): boolean {
  if (parent.computed === true) return false
  if (field === 'property') return parent.type === 'MemberExpression'
  if (field === 'key') return true
  // `import { process as x }` names something of another module; the local name is what is looked up.
  if (field === 'imported' || field === 'exported') return true
  return parent.type === 'TSQualifiedName' && field === 'right'
}
