import { homedir, platform } from 'node:os'
import { isAbsolute, join } from 'node:path'

/** Where the command line keeps its own files. Nothing is created until something is written. */
export interface Folders {
  /** Profiles: what a login was made with. */
  readonly config: string
  /** The default store; `EVERGRANT_STORE` names another. */
  readonly data: string
}

type Environment = Readonly<Record<string, string | undefined>>

/**
 * The usual folders of the system: XDG on Unix, AppData on Windows. `EVERGRANT_CONFIG_DIR` names another one for
 * profiles. `EVERGRANT_DATA_DIR` is not read: it is the server's folder, which may be on the same machine.
 */
export function folders(env: Environment): Folders {
  const home = env['HOME'] || env['USERPROFILE'] || homedir()
  const windows = platform() === 'win32'
  const config = windows
    ? env['APPDATA'] || join(home, 'AppData', 'Roaming')
    : absolute(env['XDG_CONFIG_HOME'], join(home, '.config'))
  const data = windows
    ? env['LOCALAPPDATA'] || join(home, 'AppData', 'Local')
    : absolute(env['XDG_DATA_HOME'], join(home, '.local', 'share'))
  return {
    config: env['EVERGRANT_CONFIG_DIR'] || join(config, 'evergrant'),
    data: join(data, 'evergrant'),
  }
}

/** The XDG base directory specification: a relative path is invalid and has to be ignored. */
function absolute(given: string | undefined, fallback: string): string {
  return given !== undefined && isAbsolute(given) ? given : fallback
}
