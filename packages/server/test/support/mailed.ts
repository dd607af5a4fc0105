import type { Scene } from './scene.ts'

/** Lets time pass until it holds, but not while mail is under way: it would be taken for lost, and sent again. */
export async function mailed(scene: Scene, holds: () => boolean | Promise<boolean>): Promise<void> {
  const db = await scene.tables()
  const underWay = db.selectFrom('outbox').select('id').where('channel', '=', 'mail').where('taken_by', 'is not', null)
  while (!(await holds())) {
    if ((await underWay.execute()).length === 0) scene.clock.advance(5)
    await new Promise((done) => setTimeout(done, 20))
  }
  await db.destroy()
}
