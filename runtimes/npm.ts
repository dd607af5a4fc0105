import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** A temporary folder that is gone afterwards. */
export async function temporaryFolder(): Promise<{ readonly path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), 'evergrant-runtime-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}

/** Unpacks a package from npm into the folder, without its dependencies; or says why it cannot be had. */
export async function unpacked(spec: string, folder: string): Promise<{ path: string } | { why: string }> {
  try {
    const { stdout } = await run('npm', ['pack', '--silent', '--pack-destination', folder, spec], { timeout: 240_000 })
    const file = stdout.trim().split('\n').at(-1) ?? ''
    await run('tar', ['-xzf', join(folder, file), '-C', folder])
    return { path: join(folder, 'package') }
  } catch (error) {
    return { why: `${spec} cannot be had from npm here: ${firstLine(error)}` }
  }
}

/** Installs a package with its dependencies into the folder; or says why it cannot be had. */
export async function installed(spec: string, folder: string): Promise<{ path: string } | { why: string }> {
  try {
    const flags = ['--prefix', folder, '--no-save', '--no-audit', '--no-fund', '--ignore-scripts']
    await run('npm', ['install', ...flags, spec], { timeout: 240_000, cwd: folder })
    return { path: join(folder, 'node_modules') }
  } catch (error) {
    return { why: `${spec} cannot be had from npm here: ${firstLine(error)}` }
  }
}

function firstLine(error: unknown): string {
  const text = error instanceof Error && 'stderr' in error && error.stderr ? String(error.stderr) : String(error)
  return text.split('\n').find((line) => !line.includes('warn') && line.trim() !== '') ?? text
}
