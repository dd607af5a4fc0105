#!/usr/bin/env node
// Starts the command line. In a checkout it runs the TypeScript sources; a published package runs what was built.
// This file is JavaScript, and imports nothing that is new, because the Node that starts it may be too old for the rest.
import { spawn } from 'node:child_process'
import { existsSync, realpathSync } from 'node:fs'
import * as nodeModule from 'node:module'
import { dirname, join, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

const needed = [22, 18]
const here = dirname(realpathSync(fileURLToPath(import.meta.url)))
const inCheckout = existsSync(join(here, '../src/main.ts')) && !here.split(sep).includes('node_modules')

if (isNewEnough()) await run()
else if (inCheckout && nearestNode() !== undefined) again(nearestNode())
else {
  console.error(
    `evergrant needs Node ${needed.join('.')} or newer, and this is Node ${process.versions.node}. Install a newer Node and try again.`,
  )
  process.exitCode = 1
}

function isNewEnough() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  return major > needed[0] || (major === needed[0] && minor >= needed[1])
}

async function run() {
  // Our packages offer their sources under this condition. Set in-process, it costs no second start of Node.
  if (inCheckout) {
    nodeModule.registerHooks({
      resolve: (specifier, context, next) =>
        next(specifier, { ...context, conditions: ['source', ...context.conditions] }),
    })
  }
  const { main } = await import(inCheckout ? '../src/main.ts' : '../dist/main.js')
  // A reader that has seen enough (`| head`) is no error; what else became of stdout, main tells. Words for people that
  // nobody can read end nothing.
  process.stdout.on('error', () => {})
  process.stderr.on('error', () => {})
  // No process.exit: what was written has to reach a pipe first.
  process.exitCode = await main(process.argv.slice(2), process.env, process)
}

/** The Node that `npm ci` put into the checkout. */
function nearestNode() {
  // Windows starts a .cmd only through a shell, which would read the arguments; there the program itself is named.
  const program = process.platform === 'win32' ? ['node', 'bin', 'node.exe'] : ['.bin', 'node']
  for (let folder = here; dirname(folder) !== folder; folder = dirname(folder)) {
    const found = join(folder, 'node_modules', ...program)
    if (existsSync(found) && realpathSync(found) !== realpathSync(process.execPath)) return found
  }
  return undefined
}

function again(node) {
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: 'inherit' })
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  // A terminal sends Ctrl-C to both.
  process.on('SIGINT', () => process.stdin.isTTY || child.kill('SIGINT'))
  child.on('error', (error) => {
    console.error(`${node} could not be started: ${error.message}`)
    process.exitCode = 1
  })
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? (signal === 'SIGINT' ? 130 : 143)
  })
}
