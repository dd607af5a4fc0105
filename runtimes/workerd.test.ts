import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { arch, platform } from 'node:process'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { test } from 'node:test'
import { bundled } from './bundle.ts'
import { temporaryFolder, unpacked } from './npm.ts'
import { expected, smokeSandbox } from './sandbox.ts'

const CONFIG = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [ (name = "main", worker = .main), (name = "internet", network = (allow = ["local", "private", "public"])) ],
  sockets = [ (name = "http", address = "127.0.0.1:0", http = (), service = "main") ],
);
const main :Workerd.Worker = (
  modules = [ (name = "worker", esModule = embed "worker.mjs") ],
  compatibilityDate = "2026-01-01",
);
`

const HANDLER = `
export default {
  async fetch(request) {
    try {
      return Response.json({ node: typeof process, passed: await smoke(new URL(request.url).searchParams.get('issuer')) })
    } catch (error) {
      return Response.json({ failed: String(error), stack: error.stack }, { status: 500 })
    }
  },
}
`

test('the smoke suite holds in workerd, the runtime of Cloudflare Workers', async (t) => {
  const name = `@cloudflare/workerd-${platform}-${arch === 'x64' ? '64' : arch}`
  await using folder = await temporaryFolder()
  const workerd = await unpacked(name, folder.path)
  if ('why' in workerd) return t.skip(`NOT TRIED: ${workerd.why}`)
  await using sandbox = await smokeSandbox()
  await writeFile(join(folder.path, 'worker.mjs'), `${await bundled('./smoke.ts')}${HANDLER}`)
  await writeFile(join(folder.path, 'config.capnp'), CONFIG)
  const args = ['serve', join(folder.path, 'config.capnp'), '--control-fd=3']
  const child = spawn(join(workerd.path, 'bin', 'workerd'), args, { stdio: ['ignore', 'pipe', 'pipe', 'pipe'] })
  let said = ''
  child.stderr?.on('data', (text) => {
    said += text
  })
  const exited = once(child, 'exit')
  try {
    const port = await Promise.race([listening(child.stdio[3] as Readable), exited.then(() => undefined)])
    if (port === undefined) return t.skip(`NOT TRIED: workerd does not run here: ${said.split('\n')[0]}`)
    const address = `http://127.0.0.1:${port}/?issuer=${encodeURIComponent(sandbox.issuer)}`
    const response = await fetch(address, { signal: AbortSignal.timeout(30_000) })
    const answer = (await response.json()) as { node: string; passed?: string[] }
    assert.equal(response.status, 200, JSON.stringify(answer))
    assert.equal(answer.passed?.length, expected)
  } finally {
    child.kill('SIGKILL')
    await exited
  }
})

/** workerd says on its control channel which port it got. */
async function listening(control: Readable): Promise<number | undefined> {
  for await (const line of createInterface({ input: control })) {
    const event = JSON.parse(line) as { event?: string; port?: number }
    if (event.event === 'listen') return event.port
  }
  return undefined
}
