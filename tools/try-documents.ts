import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { generateClient, parseDocument } from '@evergrant/sdk/generate'

// Generates a client of every OpenAPI document in a folder, type-checks all of them under this repository's rules, and
// makes one client of each: `npm run documents -- <folder>`. For public documents, which are too large to live here.

const root = join(import.meta.dirname, '..')
const [given] = process.argv.slice(2)
if (given === undefined) {
  console.error('Which folder? npm run documents -- <folder>')
  process.exit(2)
}
const out = await mkdtemp(join(tmpdir(), 'evergrant-documents-'))
try {
  await symlink(join(root, 'node_modules'), join(out, 'node_modules'))
  await writeFile(join(out, 'package.json'), '{ "type": "module" }')
  const compilerOptions = {
    noEmit: true,
    composite: false,
    declaration: false,
    isolatedDeclarations: false,
    types: ['node'],
    typeRoots: [join(root, 'node_modules/@types')],
  }
  const config = { extends: join(root, 'tsconfig.base.json'), compilerOptions, include: ['*/*.ts'] }
  await writeFile(join(out, 'tsconfig.json'), JSON.stringify(config))
  const documents = (await readdir(given)).filter((name) => /\.(?:json|ya?ml)$/.test(name))
  for (const document of documents) console.log(`${document}: ${await tried(document)}`)
  await promisify(execFile)(join(root, 'node_modules/.bin/tsc'), ['-p', out]).catch(
    (error: { readonly stdout: string }) => {
      console.error(error.stdout)
      process.exitCode = 1
    },
  )
} finally {
  await rm(out, { recursive: true, force: true })
}

async function tried(document: string): Promise<string> {
  const warnings: string[] = []
  const began = performance.now()
  try {
    const parsed = parseDocument(await readFile(join(given ?? '', document)))
    const onWarning = (warning: string) => void warnings.push(warning)
    const files = await generateClient(parsed, { allowUndeclaredScopes: true, onWarning })
    const seconds = ((performance.now() - began) / 1000).toFixed(1)
    for (const [path, content] of files) {
      const target = join(out, document, path)
      await mkdir(dirname(target), { recursive: true })
      await writeFile(target, content)
    }
    const { createClient } = await import(pathToFileURL(join(out, document, 'client.ts')).href)
    const schemes = Object.keys(createClient().auth).length
    return `ok, ${schemes} schemes with OAuth, ${warnings.length} warnings, ${seconds} s`
  } catch (error) {
    process.exitCode = 1
    return String(error)
  }
}
