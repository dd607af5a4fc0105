/** A process that seals all records of a store anew, and reports each step. */
import { reseal } from '@evergrant/core'
import { openKeyring } from '@evergrant/stores/keyring'
import { openStore } from '@evergrant/stores/open'

const [url = '', file = ''] = process.argv.slice(2)
process.on('disconnect', () => process.exit())
const store = await openStore(url)
const onProgress = ({ resealed }: { readonly resealed: number }): void => void process.send?.(resealed)
// Long, so that no refresh of the test is taken for dead.
const outcome = await reseal(store, await openKeyring({ file, create: false }), { onProgress, lease: 600 })
if (outcome.unreadable.length > 0) throw new Error(`${outcome.unreadable[0]?.error.message}`)
await store.close()
process.disconnect?.()
