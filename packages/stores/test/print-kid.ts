/** Opens the keyring of a key file, and prints the id of the key that seals. */
import { openKeyring } from '@evergrant/stores/keyring'

const [, , file = ''] = process.argv
process.stdout.write((await openKeyring({ file })).kid)
