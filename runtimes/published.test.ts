import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { copyFile, mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { bundlePackage } from '../scripts/bundle-package.ts'
import { readPackages, repositoryRoot } from '../tools/source/workspace.ts'
import { bundled } from './bundle.ts'
import { temporaryFolder } from './npm.ts'

const run = promisify(execFile)
const entries = ['', '/adapters', '/legacy', '/node'] as const

/** A program's folder with core in its node_modules, as npm leaves it there. */
async function withCore(): Promise<{ readonly path: string; readonly dist: string } & AsyncDisposable> {
  const folder = await temporaryFolder()
  const core = readPackages(repositoryRoot).find((each) => each.folder === 'core')
  assert.ok(core)
  const installed = join(folder.path, 'node_modules/@evergrant/core')
  const dist = join(installed, 'dist')
  await mkdir(dist, { recursive: true })
  await copyFile(join(repositoryRoot, core.path, 'package.json'), join(installed, 'package.json'))
  for (const other of ['oauth4webapi', 'undici']) {
    await symlink(join(repositoryRoot, 'node_modules', other), join(folder.path, 'node_modules', other))
  }
  await bundlePackage(core, dist)
  return { ...folder, dist, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() }
}

async function evaluated(program: string, cwd: string): Promise<unknown> {
  const flags = ['--input-type=module', '--eval', `${program}\nconsole.log(JSON.stringify(result))`]
  const { stdout } = await run(process.execPath, flags, { cwd, env: {} })
  return JSON.parse(stdout)
}

test('core as it is published exports what its sources export, from few files, and every entry has the same errors', async (t) => {
  await using folder = await withCore()

  await t.test('the same names', async () => {
    for (const entry of entries) {
      const specifier = `@evergrant/core${entry}`
      const published = await evaluated(`const result = Object.keys(await import('${specifier}'))`, folder.path)
      assert.deepEqual(published, Object.keys(await import(specifier)), specifier)
    }
  })

  await t.test('the main entry reads one more file of ours, and one package', async () => {
    const code = await readFile(join(folder.dist, 'index.js'), 'utf8')
    const shared = await readFile(join(folder.dist, 'shared.js'), 'utf8')
    const imports = [...`${code}\n${shared}`.matchAll(/^(?:import|export) .* from "([^"]+)"/gm)].map(([, from]) => from)
    assert.deepEqual([...new Set(imports)].sort(), ['./shared.js', 'oauth4webapi'])
    assert.doesNotMatch(`${code}\n${shared}`, /["']node:/)
  })

  await t.test('an error of one entry is of the class of another', async () => {
    const program = `
      import { defineClient, OAuthError, resolveProvider } from '@evergrant/core'
      import { passwordFlow } from '@evergrant/core/legacy'
      const provider = resolveProvider({ id: 'acme', name: 'Acme', token_endpoint: 'https://acme.example/token' })
      const http = { fetch: async () => Response.json({ error: 'invalid_grant' }, { status: 400 }) }
      const client = defineClient({ provider, client_id: 'a program', client_secret: 'a secret', http })
      const flow = passwordFlow({ username: 'alice', password: 'a password' })
      const error = await flow.request({ client, grant: { id: 'alice', access: {} } }).catch((caught) => caught)
      const result = [error instanceof OAuthError, error.code]`
    assert.deepEqual(await evaluated(program, folder.path), [true, 'PASSWORD_REFUSED'])
  })

  await t.test('a bundler leaves out as much of it as of the sources', async () => {
    const program = join(folder.path, 'smallest.js')
    await writeFile(program, `export { tokenSource } from './node_modules/@evergrant/core/dist/index.js'`)
    const [ours, theirs] = [await bundled('./smallest.ts'), await bundled(program)]
    assert.ok(ours.length > 20_000)
    assert.ok(Math.abs(theirs.length / ours.length - 1) < 0.02, `${theirs.length} instead of ${ours.length} characters`)
  })
})
