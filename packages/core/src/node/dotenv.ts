import { readFile } from 'node:fs/promises'
import { parseEnv } from 'node:util'

/**
 * The variables of a `.env` file, as Node's own `--env-file` reads them; without touching `process.env`. A file that does
 * not exist holds none.
 */
export async function dotenv(path: string): Promise<Readonly<Record<string, string | undefined>>> {
  try {
    return parseEnv(await readFile(path, 'utf8'))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return {}
    throw error
  }
}
