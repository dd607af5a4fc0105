import { Type } from 'typebox'

/** A moment, in epoch seconds. All times of this API are written so. */
export const EpochSeconds = Type.Number({ description: 'Epoch seconds.' })
