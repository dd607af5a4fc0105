import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { generateClient } from '@evergrant/sdk/generate'

/** A generated client in a folder of its own, imported as a program imports it. */
export interface Generated<Module> extends AsyncDisposable {
  readonly module: Module
  readonly folder: string
  /** A generated text, such as `docs/OAuthACG.md`. */
  text(path: string): Promise<string>
}

export async function generated<Module>(document: unknown): Promise<Generated<Module>> {
  const folder = await mkdtemp(join(tmpdir(), 'sdk-generated-'))
  await symlink(join(import.meta.dirname, '../../../node_modules'), join(folder, 'node_modules'))
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }')
  for (const [path, content] of await generateClient(document)) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), content)
  }
  return {
    module: await import(pathToFileURL(join(folder, 'client.ts')).href),
    folder,
    text: (path) => readFile(join(folder, path), 'utf8'),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  }
}
