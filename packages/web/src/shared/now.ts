import { useEffect, useState } from 'react'

const read = () => Math.floor(Date.now() / 1000)

/** The current time in epoch seconds, renewed often enough for "3 minutes ago" to stay true. */
export function useNow(every = 15): number {
  const [now, setNow] = useState(read)
  useEffect(() => {
    const timer = window.setInterval(() => setNow(read()), every * 1000)
    return () => window.clearInterval(timer)
  }, [every])
  return now
}
