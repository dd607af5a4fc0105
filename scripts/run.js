// Starts a script of this folder under a Node that runs TypeScript: `node scripts/run.js test packages/core`.
// This file is JavaScript because the Node that starts it may be too old to read anything else.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath, pathToFileURL } from 'node:url'

const needed = [22, 18]
const [script = '', ...args] = process.argv.slice(2)
const file = fileURLToPath(new URL(`${script}.ts`, import.meta.url))
const own = fileURLToPath(new URL('../node_modules/.bin/node', import.meta.url))

if (isNewEnough() && process.execArgv.includes('--conditions=source')) {
  process.argv.splice(1, 2, file)
  await import(pathToFileURL(file).href)
} else if (isNewEnough() || existsSync(own)) {
  const node = isNewEnough() ? process.execPath : own
  const ending = new URL('end-with-parent.js', import.meta.url).href
  // The channel carries nothing: that it closes tells the script that this process is gone.
  const child = spawn(node, ['--conditions=source', '--import', ending, file, ...args], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('exit', (code) => process.exit(code ?? 1))
} else {
  console.error(
    `This is Node ${process.versions.node}; Evergrant needs ${needed.join('.')} or newer to run from its sources.\n` +
      'npm ci installs one into node_modules/.bin, unless install scripts are off. Run `npm ci --ignore-scripts=false`,\n' +
      'or install Node 24 and try again.',
  )
  process.exit(1)
}

function isNewEnough() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  return major > needed[0] || (major === needed[0] && minor >= needed[1])
}
