import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Argument, Command, Option } from 'commander'
import { type MannerOptions, withManner } from '../client-options.ts'
import type { Invocation } from '../invocation.ts'
import type { Action } from '../program.ts'
import { UsageError } from '../usage-error.ts'

interface GenerateOptions extends MannerOptions {
  readonly document: string
  readonly out: string
  readonly imports: '.ts' | '.js' | 'none'
}

export function generateCommand(action: Action): Command {
  const command = withManner(new Command('generate').summary('write a typed client of an OpenAPI document'))
  return command
    .description('Writes a typed client of an OpenAPI 3.0 or 3.1 document, with its security wired in.')
    .addArgument(new Argument('<document>', 'a file, JSON or YAML'))
    .requiredOption('--out <folder>', 'where to write; files of the same names are replaced')
    .addOption(
      new Option('--imports <extension>', 'of imports between the files')
        .choices(['.ts', '.js', 'none'])
        .default('.ts'),
    )
    .action((document: string, options: GenerateOptions) => action(generate, { ...options, document }))
}

async function generate({ document, out, imports }: GenerateOptions, { terminal }: Invocation): Promise<void> {
  const { generateClient, parseDocument } = await import('@evergrant/sdk/generate')
  const text = await readFile(document, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(`${document} cannot be read: ${error.code ?? error.message}.`)
  })
  const files = await generateClient(parseDocument(text), { extension: imports === 'none' ? '' : imports })
  for (const [path, content] of files) {
    const target = join(out, path)
    await mkdir(dirname(target), { recursive: true })
    await writeFile(target, content)
  }
  if (terminal.json) return terminal.data({ out, files: [...files.keys()] })
  terminal.text([...files.keys()].map((path) => join(out, path)).join('\n'))
}
