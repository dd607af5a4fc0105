/**
 * `npm run check` › client: the client in `examples/server-client/generated` is what `evergrant generate` makes of the OpenAPI
 * document that the server serves. `--write` makes it anew.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { generateClient, parseDocument } from '@evergrant/sdk/generate'
import { main } from '@evergrant/server/main'
import { type Finding, report } from './finding.ts'
import { readText, repositoryRoot } from './source/workspace.ts'

const folder = 'examples/server-client/generated'
/** Stands in the document, and is the server's own default. */
const address = 'http://127.0.0.1:8080'

/** The files of the client, by their path. */
export async function clientFiles(): Promise<ReadonlyMap<string, string>> {
  const dataDir = await mkdtemp(join(tmpdir(), 'evergrant-client-'))
  const env = {
    EVERGRANT_PORT: '0',
    EVERGRANT_PUBLIC_URL: address,
    EVERGRANT_DATA_DIR: dataDir,
    EVERGRANT_SANDBOX: 'off',
  }
  try {
    await using server = await main(env, { signals: false, say: () => undefined, log: { write: () => undefined } })
    const response = await fetch(`${server.listening}/openapi.json`)
    const files = await generateClient(parseDocument(new Uint8Array(await response.arrayBuffer())), {
      extension: '.ts',
    })
    return new Map([...files].map(([path, text]) => [`${folder}/${path}`, text]))
  } finally {
    await rm(dataDir, { recursive: true, force: true })
  }
}

/** What differs from the files that are there. */
export function outOfDate(files: ReadonlyMap<string, string>, read: (path: string) => string | undefined): Finding[] {
  const message = 'is not what the server’s OpenAPI document makes; run `npm run client:write`'
  return [...files].flatMap(([file, text]) => (read(file) === text ? [] : [{ rule: 'client', file, message }]))
}

if (import.meta.main) {
  const files = await clientFiles()
  if (process.argv.includes('--write')) {
    await rm(join(repositoryRoot, folder), { recursive: true, force: true })
    for (const [path, text] of files) {
      await mkdir(dirname(join(repositoryRoot, path)), { recursive: true })
      await writeFile(join(repositoryRoot, path), text)
    }
  }
  report(
    outOfDate(files, (path) => readText(repositoryRoot, path)),
    `${files.size} files of the generated client`,
  )
}
