import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { describe, type TestContext, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { advice, installSystemPackages } from '../../scripts/install-system-packages.ts'
import slowestFiles, { table } from '../../scripts/slowest-files.ts'
import { locate, type SystemPackage, systemPackages } from '../../scripts/system-packages.ts'
import { neededPackages, parseSelection, selectFiles } from '../../scripts/test-selection.ts'
import { pageIsFresh } from '../../scripts/web-page.ts'
import { repositoryRoot } from '../source/workspace.ts'

function folder(t: TestContext, files: readonly string[] = []): string {
  const root = mkdtempSync(join(tmpdir(), 'evergrant-scripts-'))
  t.after(() => rmSync(root, { recursive: true, force: true }))
  for (const file of files) write(root, file, '')
  return root
}

function write(root: string, file: string, text: string): void {
  mkdirSync(dirname(join(root, file)), { recursive: true })
  writeFileSync(join(root, file), text)
}

const summary = {
  duration_ms: 2000,
  success: true,
  counts: { tests: 1, passed: 1, failed: 0, skipped: 0, cancelled: 0, todo: 0, topLevel: 1, suites: 0 },
}

describe('npm test', () => {
  test('arguments become filters, a name pattern and flags of node', () => {
    assert.deepEqual(parseSelection(['./packages/core', '-t', 'one refresh', '--test-only']), {
      filters: ['packages/core'],
      nodeFlags: ['--test-name-pattern=one refresh', '--test-only'],
    })
    assert.throws(() => parseSelection(['-t']), /-t needs a pattern/)
  })

  test('all test files are found in their folders, and a filter narrows them', (t) => {
    const core = ['packages/core/test/a.test.ts', 'packages/core/test/grant/b.test.ts']
    const others = ['crash/c.test.ts', 'tools/test/d.test.ts', 'examples/e/e.test.ts', 'conformance/f.test.ts']
    const not = ['packages/core/test/helper.ts', 'packages/core/src/g.test.ts', 'other/h.test.ts']
    const root = folder(t, [...core, ...others, ...not])
    assert.deepEqual(selectFiles(root, []), [...core, ...others].sort())
    assert.deepEqual(selectFiles(root, ['packages/core']), core)
    assert.deepEqual(selectFiles(root, ['crash', 'b.test']), ['crash/c.test.ts', 'packages/core/test/grant/b.test.ts'])
  })

  test('a system package is needed when a file of the tests’ folder imports it', (t) => {
    const root = folder(t, ['packages/core/test/a.test.ts', 'packages/web/test/page.test.ts'])
    write(root, 'packages/web/test/browser.ts', `import { chromium } from 'playwright-core'`)
    assert.deepEqual(neededPackages(root, ['packages/core/test/a.test.ts']), [])
    const needed = neededPackages(root, ['packages/web/test/page.test.ts'])
    assert.deepEqual(
      needed.map(({ debian }) => debian),
      ['chromium'],
    )
    write(root, 'packages/core/test/place.ts', `import { startPostgres } from '../../stores/test/servers/postgres.ts'`)
    const also = neededPackages(root, ['packages/core/test/a.test.ts'])
    assert.deepEqual(
      also.map(({ debian }) => debian),
      ['postgresql'],
    )
  })
})

test('the slowest files are named at the end of a run, the slowest first, with what all took together', async () => {
  const times = Array.from({ length: 12 }, (_, n) => ({ file: `f${n}.test.ts`, seconds: n + 0.25 }))
  const lines = table(times).trimEnd().split('\n')
  assert.deepEqual(lines.slice(0, 3), [
    'The slowest of 12 files, which took 69 s together:',
    '   11.3 s  f11.test.ts',
    '   10.3 s  f10.test.ts',
  ])
  assert.equal(lines.length, 11)

  const said = async (files: number): Promise<string> => {
    async function* events() {
      for (let n = 0; n < files; n++)
        yield { type: 'test:summary' as const, data: { ...summary, file: join(process.cwd(), `f${n}.test.ts`) } }
      yield { type: 'test:summary' as const, data: { ...summary, file: undefined } }
    }
    let text = ''
    for await (const part of slowestFiles(events())) text += part
    return text
  }
  assert.match(await said(11), /^The slowest of 11 files, which took 22 s together:\n +2\.0 s {2}f0\.test\.ts\n/)
  assert.equal(await said(10), '', 'few files need no list')
})

describe('system packages', () => {
  const thing: SystemPackage = {
    name: 'Thing',
    proof: ['thing'],
    debian: 'thing-server',
    neededBy: 'tests',
    mention: 'x',
  }

  test('a command on PATH proves a package; a file that cannot be run does not', (t) => {
    const bin = folder(t, ['thing'])
    assert.equal(locate(thing, bin), undefined)
    chmodSync(join(bin, 'thing'), 0o755)
    assert.equal(locate(thing, bin), join(bin, 'thing'))
    assert.equal(locate(thing, ''), undefined)
  })

  test('what is missing is installed with apt-get, without a question, after an update', (t) => {
    const bin = folder(t)
    const script = (name: string, ...lines: string[]): void => {
      write(bin, name, `#!/bin/sh\n${lines.join('\n')}\n`)
      chmodSync(join(bin, name), 0o755)
    }
    const log = join(bin, 'log')
    script('sudo', 'shift', 'exec "$@"')
    // The stand-in for apt-get notes what it is asked for, and an install makes the command appear.
    script(
      'apt-get',
      `echo "$DEBIAN_FRONTEND $*" >> ${log}`,
      `case "$*" in *install*) cp ${bin}/sudo ${bin}/thing;; esac`,
    )
    const path = process.env.PATH
    process.env.PATH = `${bin}:${path}`
    t.after(() => {
      process.env.PATH = path
    })
    assert.equal(installSystemPackages([thing]), true)
    const asked = readFileSync(log, 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('noninteractive -q'))
    assert.deepEqual(asked, [
      'noninteractive -q update',
      'noninteractive -q install -y --no-install-recommends thing-server',
    ])
    rmSync(log)
    assert.equal(installSystemPackages([thing]), true)
    assert.equal(existsSync(log), false)
  })

  test('what cannot be installed is named with the command that installs it', () => {
    const text = advice([thing, ...systemPackages])
    assert.match(text, /Thing: tests need it/)
    assert.match(
      text,
      /sudo apt-get update && sudo apt-get install -y --no-install-recommends thing-server chromium postgresql redis-server dovecot-imapd dovecot-pop3d dovecot-lmtpd isync msmtp neomutt fetchmail offlineimap3 libsasl2-modules-kdexoauth2 postfix$/m,
    )
  })
})

test('the page is fresh until one of its sources is newer', (t) => {
  const page = 'packages/server/public/index.html'
  const root = folder(t, [
    'packages/web/src/app.tsx',
    'packages/server/src/contract/index.ts',
    'packages/web/index.html',
  ])
  assert.equal(pageIsFresh(root), false)
  write(root, page, '')
  const later = Date.now() / 1000 + 60
  utimesSync(join(root, page), later, later)
  assert.equal(pageIsFresh(root), true)
  utimesSync(join(root, 'packages/server/src/contract/index.ts'), later + 1, later + 1)
  assert.equal(pageIsFresh(root), false)
})

describe('a run', () => {
  const group = JSON.stringify(join(repositoryRoot, 'scripts/run-group.ts'))
  /** A program that starts a grandchild, which ignores SIGTERM, prints its pid, and goes on as told. */
  const parent = (then: string): string => `
    const { spawn } = require('node:child_process')
    const child = spawn(process.execPath, ['-e', 'process.on("SIGTERM", () => {}); console.log(process.pid); setInterval(() => {}, 1e6)'],
      { stdio: ['ignore', 'inherit', 'ignore'], detached: true })
    child.unref()
    ${then}`
  const runner = (program: string): ChildProcess =>
    spawn(
      process.execPath,
      [
        '--input-type=module',
        '-e',
        `import { runGroup } from ${group}
         const { code, leftBehind } = await runGroup(process.execPath, ['-e', ${JSON.stringify(program)}], '.', { grace: 500 })
         console.log(JSON.stringify({ code, leftBehind }))`,
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    )

  test('SIGTERM ends the run and a grandchild that ignores it', { skip: process.platform !== 'linux' }, async () => {
    const child = runner(parent('setInterval(() => {}, 1e6)'))
    const lines = linesOf(child)
    const grandchild = Number(await lines.next())
    child.kill('SIGTERM')
    assert.deepEqual(JSON.parse(await lines.next()), { code: 130, leftBehind: 0 })
    assert.equal(await isAlive(grandchild), false)
  })

  test('what outlives the run is ended and counted', { skip: process.platform !== 'linux' }, async () => {
    const child = runner(parent('setTimeout(() => process.exit(3), 500)'))
    const lines = linesOf(child)
    const grandchild = Number(await lines.next())
    assert.deepEqual(JSON.parse(await lines.next()), { code: 3, leftBehind: 1 })
    assert.equal(await isAlive(grandchild), false)
  })
})

function linesOf(child: ChildProcess): { next(): Promise<string> } {
  assert.ok(child.stdout)
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  return { next: async () => String((await lines.next()).value) }
}

/** Killed and not yet buried by its parent counts as dead, so that signal 0 is no answer. */
async function isAlive(pid: number): Promise<boolean> {
  for (let tries = 0; tries < 20; tries++) {
    if (!existsSync(`/proc/${pid}/stat`)) return false
    if (/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))) return false
    await delay(50)
  }
  return true
}

describe('run.js', () => {
  /** A script under the outer Node: without `--conditions=source`, run.js starts another Node for it. */
  async function begun(t: TestContext, text: string) {
    const root = folder(t)
    const script = join(root, 'script')
    writeFileSync(`${script}.ts`, text)
    const outer = spawn(process.execPath, [join(repositoryRoot, 'scripts/run.js'), script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    t.after(() => outer.kill('SIGKILL'))
    const lines = createInterface({ input: outer.stdout })[Symbol.asyncIterator]()
    return { root, outer, line: async (): Promise<string | undefined> => (await lines.next()).value }
  }

  test('what it started hears of its end, even by SIGKILL, and ends as by SIGTERM', { timeout: 600_000 }, async (t) => {
    const text = `
      const alive = setInterval(() => {}, 1000)
      process.on('SIGTERM', () => {
        clearInterval(alive)
        console.log('ending')
      })
      console.log(process.pid)`
    const { outer, line } = await begun(t, text)
    const inner = Number(await line())
    assert.notEqual(inner, outer.pid)
    t.after(() => existsSync(`/proc/${inner}`) && process.kill(inner, 'SIGKILL'))
    outer.kill('SIGKILL')
    assert.equal(await line(), 'ending')
    assert.equal(await line(), undefined, 'its output is closed: it has ended')
  })

  test('what it started ends by itself when it is done, and its code is passed on', { timeout: 600_000 }, async (t) => {
    const { outer, line } = await begun(t, 'process.exitCode = 7\nconsole.log("done")')
    const ended = new Promise((resolve) => outer.once('exit', resolve))
    assert.equal(await line(), 'done')
    assert.equal(await ended, 7)
  })
})
