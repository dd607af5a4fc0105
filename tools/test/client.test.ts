import assert from 'node:assert/strict'
import { test } from 'node:test'
import { clientFiles, outOfDate } from '../check-client.ts'
import { readText, repositoryRoot } from '../source/workspace.ts'

test('a generated client that is not what the server’s document makes is told of, file by file', async () => {
  const files = await clientFiles()
  assert.deepEqual(
    outOfDate(files, (path) => readText(repositoryRoot, path)),
    [],
  )
  const [changed = '', missing = ''] = [...files.keys()]
  const read = (path: string) => (path === missing ? undefined : `${files.get(path)}${path === changed ? ' ' : ''}`)
  assert.deepEqual(
    outOfDate(files, read).map(({ file }) => file),
    [changed, missing],
  )
})
