/** `npm run check` › examples: every TypeScript example in the documentation and in TSDoc comments compiles. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Example, examplesIn } from './examples/blocks.ts'
import { type Finding, report } from './finding.ts'
import { listFiles, readText, repositoryRoot } from './source/workspace.ts'

/** Where the examples are laid out for the compiler: inside the repository, so that its packages are found. */
const FOLDER = join('node_modules', '.cache', 'evergrant-examples')

export function checkExamples(root: string): { findings: Finding[]; examples: number } {
  const pages = listFiles(root, ['README.md', 'docs/**/*.md', 'packages/*/README.md', 'packages/*/src/**/*.ts'])
  const examples = pages.flatMap((file) => examplesIn(file, readText(root, file) ?? ''))
  return { findings: compiled(root, examples), examples: examples.length }
}

/** What the compiler has to say about the examples, at the place where each stands. */
export function compiled(root: string, examples: readonly Example[]): Finding[] {
  const folder = join(root, FOLDER)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  for (const [index, { code }] of examples.entries()) {
    // An example without imports would be a script, and its names would clash with the others'.
    writeFileSync(join(folder, `${index}.ts`), `${code}\nexport {}\n`)
  }
  const options = { noEmit: true, composite: false, declaration: false, isolatedDeclarations: false, types: ['node'] }
  const config = { extends: '../../../tsconfig.base.json', compilerOptions: options, include: ['*.ts'] }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config))
  const { stdout } = spawnSync(join(root, 'node_modules', '.bin', 'tsc'), ['-p', folder, '--pretty', 'false'], {
    cwd: root,
    encoding: 'utf8',
  })
  return stdout.split('\n').flatMap((line) => {
    const [, index, at, message] = /(\d+)\.ts\((\d+),\d+\): error (.*)$/.exec(line) ?? []
    const example = examples[Number(index)]
    if (example === undefined || message === undefined) return []
    return [{ rule: 'example', file: example.file, line: example.line + Number(at) - 1, message }]
  })
}

if (import.meta.main) {
  const { findings, examples } = checkExamples(repositoryRoot)
  report(findings, `${examples} examples`)
}
