import type { DeviationMaker } from '@evergrant/core'

/** The token answer is JSON inside of a call: `callback( {…} );`. No settings. The call is read, never run. */
export const jsonpAnswer: DeviationMaker = () => ({
  fields({ text }) {
    const inner = /^\s*[\w.]+\s*\(\s*(\{[\s\S]*\})\s*\)\s*;?\s*$/.exec(text)?.[1]
    if (inner === undefined) return undefined
    try {
      return JSON.parse(inner) as Record<string, unknown>
    } catch {
      return undefined
    }
  },
})
