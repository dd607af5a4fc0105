export { tokenSource } from '@evergrant/core'
