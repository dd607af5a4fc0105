import { spawnSync } from 'node:child_process'
import { locate, type SystemPackage } from './system-packages.ts'

const install = ['install', '-y', '--no-install-recommends']

/** Installs what is missing, when this user may; otherwise says exactly what to install and returns false. */
export function installSystemPackages(wanted: readonly SystemPackage[]): boolean {
  const missing = wanted.filter((each) => !locate(each))
  if (missing.length === 0) return true
  const packages = missing.map(({ debian }) => debian)
  const prefix = administrator()
  if (prefix) {
    console.error(`Installing ${packages.join(', ')} with apt-get …`)
    aptGet(prefix, ['update'])
    aptGet(prefix, [...install, ...packages])
  }
  const absent = missing.filter((each) => !locate(each))
  if (absent.length > 0) console.error(advice(absent))
  return absent.length === 0
}

/** How to become root without a question: not at all, or through sudo. Undefined when neither works or there is no apt-get. */
function administrator(): readonly string[] | undefined {
  if (!succeeds('apt-get', ['--version'])) return undefined
  if (process.getuid?.() === 0) return []
  return succeeds('sudo', ['-n', 'true']) ? ['sudo', '-n'] : undefined
}

function aptGet(prefix: readonly string[], args: readonly string[]): void {
  const [command = 'env', ...rest] = [...prefix, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '-q', ...args]
  // All of it goes to stderr: stdout is the tests' report.
  spawnSync(command, rest, { stdio: ['ignore', 2, 2] })
}

function succeeds(command: string, args: readonly string[]): boolean {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0
}

/** What a person has to do, as a command to copy. */
export function advice(absent: readonly SystemPackage[]): string {
  const packages = absent.map(({ debian }) => debian).join(' ')
  return [
    'These are missing, and could not be installed from here:',
    ...absent.map(({ name, neededBy }) => `  ${name}: ${neededBy} need it`),
    'On Debian or Ubuntu:',
    `  sudo apt-get update && sudo apt-get ${install.join(' ')} ${packages}`,
    'Elsewhere install the same programs by your own means; or run some tests only: npm test -- packages/core',
  ].join('\n')
}
