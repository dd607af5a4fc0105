import { randomInt } from 'node:crypto'
import { BoundedMap } from './bounded-map.ts'
import { opaqueToken } from './opaque.ts'

/** RFC 8628: a device that waits for its person to answer elsewhere. */
export interface Device {
  readonly clientId: string
  readonly scope: string
  readonly userCode: string
  readonly expiresAt: number
  interval: number
  polledAt?: number | undefined
  answer: { readonly state: 'pending' | 'denied' | 'done' } | Allowed
}

export interface Allowed {
  readonly state: 'allowed'
  readonly sub: string
  readonly scope: string
  readonly authTime: number
}

export class Devices {
  readonly #byDeviceCode = new BoundedMap<Device>(10_000)
  readonly #byUserCode = new BoundedMap<Device>(10_000)

  begin(request: Pick<Device, 'clientId' | 'scope' | 'expiresAt' | 'interval'>): {
    device: Device
    deviceCode: string
  } {
    const deviceCode = opaqueToken()
    const device: Device = { ...request, userCode: newUserCode(), answer: { state: 'pending' } }
    this.#byDeviceCode.set(deviceCode, device)
    this.#byUserCode.set(device.userCode, device)
    return { device, deviceCode }
  }

  find(deviceCode: string): Device | undefined {
    return this.#byDeviceCode.get(deviceCode)
  }

  /** Takes the code as people type it: any letter case, with or without the dash. */
  findByUserCode(typed: string): Device | undefined {
    const letters = typed.toUpperCase().replaceAll(/[^A-Z]/g, '')
    return this.#byUserCode.get(`${letters.slice(0, 4)}-${letters.slice(4)}`)
  }
}

// RFC 8628 §6.1: no vowels, so that no word comes out, and no letters that look like digits.
const letters = 'BCDFGHJKLMNPQRSTVWXZ'

function newUserCode(): string {
  const pick = (): string => letters.charAt(randomInt(letters.length))
  const four = (): string => pick() + pick() + pick() + pick()
  return `${four()}-${four()}`
}
