import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const source = fileURLToPath(new URL('../src', import.meta.url))
const styles = join(dirname(createRequire(import.meta.url).resolve('@mantine/core/styles.css')), 'styles')

test('every component of the library that the page uses brings its style along', () => {
  const loaded = readFileSync(join(source, 'theme/styles.ts'), 'utf8')
  const used = readdirSync(source, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.tsx'))
    .flatMap((file) => [
      ...readFileSync(join(source, file), 'utf8').matchAll(/import \{([^}]*)\} from '@mantine\/core'/g),
    ])
    .flatMap(([, names = '']) => names.split(',').map((name) => name.trim()))
  const styled = [...new Set(used)].filter((name) => existsSync(join(styles, `${name}.layer.css`)))
  assert.ok(styled.length > 20, 'the components were found')
  assert.deepEqual(
    styled.filter((name) => !loaded.includes(`/${name}.layer.css`)),
    [],
  )
})
