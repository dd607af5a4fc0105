import { Type } from 'typebox'

/** A moment, in epoch seconds. All times of this API are written so. */
export const EpochSeconds = Type.Number({ description: 'Epoch seconds.' })

/** When something ends or is due: whole, so that every client reads the same number, and never later than it is. */
export const WholeEpochSeconds = Type.Integer({ description: 'Epoch seconds, rounded down.' })
