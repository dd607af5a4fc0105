/** A process that loads the key in its first argument and prints which one it is. */
import { keyring, loadKey } from '@evergrant/stores/keyring'

const current = await loadKey({ file: process.argv[2] ?? '' })
process.stdout.write(keyring({ current }).kid)
