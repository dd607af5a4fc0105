/** A process that writes to one record as fast as it can, and reports each version that it was told is written. */
import { type GrantStore, grant } from '@evergrant/core'
import { fileStore } from '@evergrant/stores/file'
import { openStore } from '@evergrant/stores/open'

const [kind, url = ''] = process.argv.slice(2)
// Short, so that a paused process is taken for dead within the test.
const store: GrantStore =
  kind === 'file' ? fileStore(url.slice('file:'.length), { staleAfter: 0.25 }) : await openStore(url)

process.on('disconnect', () => process.exit())
for (let n = 0; ; n++) {
  const current = await store.get('a')
  if (current === undefined) throw new Error('The record is gone')
  const stored = await store.put(grant({ ...current, refresh_token: `${process.pid} ${n}` }), current.version)
  if (stored.ok) process.send?.(stored.grant.version)
}
