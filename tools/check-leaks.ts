/** `npm run check` › leaks: nothing of somebody's machine, nothing unfinished and no overlong file is committed. */
import { execFileSync } from 'node:child_process'
import { type Finding, report } from './finding.ts'
import { leakRules, longFile } from './leaks/rules.ts'
import { readText, repositoryRoot } from './source/workspace.ts'

/** What is wrong in one file's text. */
export function leaksOf(file: string, text: string): Finding[] {
  const lines = text.split('\n')
  const rules = leakRules.filter(({ files }) => files?.test(file) ?? true)
  const found = lines.flatMap((line, index) =>
    rules
      .filter(({ pattern }) => pattern.test(line))
      .map(({ name, message }) => ({ rule: name, file, line: index + 1, message })),
  )
  return [...found, ...lengthOf(file, lines)]
}

function lengthOf(file: string, lines: readonly string[]): Finding[] {
  const long = longFile.files.test(file) && lines.length - 1 > longFile.lines
  if (!long || longFile.reason.test(lines.slice(0, 10).join('\n'))) return []
  const message = `${lines.length - 1} lines: split it, or say why in its header ("// Long because: …")`
  return [{ rule: 'length', file, message }]
}

/** Committed files, and those that would be by `git add .`. */
export function committable(root: string): string[] {
  const arguments_ = ['ls-files', '--cached', '--others', '--exclude-standard', '-z']
  return execFileSync('git', arguments_, { cwd: root, encoding: 'utf8' }).split('\0').filter(Boolean)
}

if (import.meta.main) {
  const files = [...new Set(committable(repositoryRoot))]
  const findings = files.flatMap((file) => {
    const text = readText(repositoryRoot, file)
    // A NUL says that the file is no text: a picture, a font.
    return text === undefined || text.includes('\0') ? [] : leaksOf(file, text)
  })
  report(findings, `leaks in ${files.length} files`)
}
