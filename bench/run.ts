import { readFile, writeFile } from 'node:fs/promises'
import { cpus, loadavg } from 'node:os'
import { accounts } from './accounts.bench.ts'
import { acquisition } from './acquisition.bench.ts'
import { attachedFetch } from './attached-fetch.bench.ts'
import { authorizationUrl } from './authorization-url.bench.ts'
import { bundleSize } from './bundle-size.bench.ts'
import { bursts } from './bursts.bench.ts'
import { cachedToken } from './cached-token.bench.ts'
import { callback } from './callback.bench.ts'
import { clientFromOpenapi } from './client-from-openapi.bench.ts'
import { importTime } from './import-time.bench.ts'
import { mailGateway } from './mail-gateway.bench.ts'
import { memory } from './memory.bench.ts'
import { microsoft365 } from './microsoft365.bench.ts'
import { providerLoad } from './provider-load.bench.ts'
import { refreshEngine } from './refresh-engine.bench.ts'
import { stampede } from './stampede.bench.ts'
import { stores } from './stores.bench.ts'
import { tokenRoute } from './token-route.bench.ts'

const grants = process.argv.find((argument) => argument.startsWith('--grants='))?.slice('--grants='.length)
const all: Record<string, () => Promise<string>> = {
  stampede,
  bursts,
  'cached-token': cachedToken,
  'attached-fetch': attachedFetch,
  acquisition,
  'authorization-url': authorizationUrl,
  callback,
  'client-from-openapi': clientFromOpenapi,
  'import-time': importTime,
  'provider-load': providerLoad,
  'bundle-size': bundleSize,
  memory,
  microsoft365,
  'mail-gateway': mailGateway,
  'token-route': tokenRoute,
  'refresh-engine': refreshEngine,
  accounts: () => accounts(grants === undefined ? undefined : Number(grants)),
  stores: () => stores(grants === undefined ? undefined : Number(grants)),
}
const REPORT = new URL('../docs/reference/performance.md', import.meta.url)

const names = process.argv.slice(2).filter((argument) => !argument.startsWith('--'))
const unknown = names.filter((name) => !(name in all))
if (unknown.length > 0) {
  console.error(`There is no benchmark ${unknown.join(', ')}. Known: ${Object.keys(all).join(', ')}`)
  process.exit(2)
}
const write = process.argv.includes('--write')
const machine = (): string => {
  const [load = 0] = loadavg()
  const busy = load > cpus().length ? ', busy with other work' : ''
  return `Node ${process.versions.node}, ${cpus().length} cores${busy}, ${new Date().toISOString().slice(0, 10)}`
}
for (const name of names.length > 0 ? names : Object.keys(all)) {
  const table = await all[name]?.()
  if (table === undefined) continue
  const section = `${table}\n_${machine()}; \`npm run bench -- ${name}\`_\n`
  console.log(section)
  if (write) await keep(name, section)
}

/** Replaces the section between the benchmark's two markers in the report. */
async function keep(name: string, table: string): Promise<void> {
  const report = await readFile(REPORT, 'utf8')
  const [open, close] = [`<!-- ${name} -->`, `<!-- /${name} -->`]
  const [from, to] = [report.indexOf(open), report.indexOf(close)]
  if (from < 0 || to < 0) throw new Error(`docs/reference/performance.md has no place for ${name}: ${open} … ${close}`)
  await writeFile(REPORT, `${report.slice(0, from + open.length)}\n${table}${report.slice(to)}`)
}
