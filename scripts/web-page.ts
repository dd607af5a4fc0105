import { spawnSync } from 'node:child_process'
import { existsSync, globSync, statSync } from 'node:fs'
import { join } from 'node:path'

const built = 'packages/server/public/index.html'

/** What the built page is made of. The contract is the one part of the server that the page imports. */
const sources = [
  'packages/web/*.{html,json,js,mjs,ts}',
  'packages/web/{src,public}/**/*',
  'packages/server/src/contract/**/*.ts',
]

/** True when there is a built page and nothing that it is made of is newer. */
export function pageIsFresh(root: string): boolean {
  const page = join(root, built)
  if (!existsSync(page)) return false
  const builtAt = statSync(page).mtimeMs
  return globSync(sources, { cwd: root }).every((file) => statSync(join(root, file)).mtimeMs <= builtAt)
}

/** Builds the page when it is missing or stale. Returns false, with the reason on stderr, when that fails. */
export function ensurePage(root: string): boolean {
  // No page to build yet: a package that is its package.json only.
  if (!existsSync(join(root, 'packages/web/src'))) return true
  if (pageIsFresh(root)) return true
  console.error('Building the web page …')
  const { status } = spawnSync('npm', ['run', '--silent', 'build:web'], { cwd: root, stdio: ['ignore', 2, 2] })
  if (status === 0 && existsSync(join(root, built))) return true
  console.error(`The web page could not be built (${built}). What npm said is above; try: npm ci && npm run build:web`)
  return false
}
