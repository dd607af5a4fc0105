import { literalText, nameOf, type SyntaxNode } from './syntax.ts'

/** One import, export-from, `import()` or `import('…')` type. */
export interface Import {
  /** Undefined when an `import()` computes it. */
  readonly specifier: string | undefined
  /** Erased before the program runs. */
  readonly typeOnly: boolean
  /** Names as the other module exports them. */
  readonly names: readonly string[]
  readonly line: number
}

/** The import that a node stands for, if it does. */
export function importFrom(node: SyntaxNode, line: number): Import | undefined {
  switch (node.type) {
    case 'ImportDeclaration':
      return { ...source(node), typeOnly: node.importKind === 'type', names: names(node, 'imported'), line }
    case 'ExportNamedDeclaration':
      if (!node.source) return undefined
      return { ...source(node), typeOnly: node.exportKind === 'type', names: names(node, 'local'), line }
    case 'ExportAllDeclaration':
      return { ...source(node), typeOnly: node.exportKind === 'type', names: [], line }
    case 'ImportExpression':
      return { ...source(node), typeOnly: false, names: [], line }
    case 'TSImportType':
      return { ...source(node), typeOnly: true, names: [], line }
    default:
      return undefined
  }
}

function source(node: SyntaxNode): { specifier: string | undefined } {
  return { specifier: literalText(node.source) }
}

function names(node: SyntaxNode, field: string): string[] {
  const specifiers = (node.specifiers ?? []) as readonly SyntaxNode[]
  return specifiers.map((specifier) => nameOf(specifier[field]) ?? 'default')
}
