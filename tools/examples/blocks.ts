/** A TypeScript example in a page or in a comment. */
export interface Example {
  readonly file: string
  /** Line of its first line of code. */
  readonly line: number
  readonly code: string
}

/** The fenced `ts` examples in Markdown, or in the TSDoc comments of a source file. */
export function examplesIn(file: string, text: string): Example[] {
  const prefix = file.endsWith('.md') ? '' : '[ \\t]*\\*[ \\t]?'
  const fence = new RegExp(`^${prefix}\`\`\`ts[ \\t]*\\n([\\s\\S]*?)^${prefix}\`\`\`[ \\t]*$`, 'gm')
  return [...text.matchAll(fence)].map((found) => ({
    file,
    line: text.slice(0, found.index).split('\n').length + 1,
    code: (found[1] ?? '').replace(new RegExp(`^${prefix}`, 'gm'), ''),
  }))
}
