import type { Services } from '../services.ts'

/**
 * Tells outside what nobody has told: changes of grants after which a process ended, changes that an older server made,
 * and those that come by time alone.
 */
export async function tellWhatDiffers({ standings, connectionNews }: Services): Promise<void> {
  await connectionNews.tellTroubles()
  await standings.sweep()
}
