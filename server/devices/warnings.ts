import type { Sentence } from '@stillwatch/contract/api/common.ts'

export interface Watched {
  intervalS: number
  silenceWindowS: number
}

/** Things worth knowing about how a device was set up. Nothing here stops it from being watched. */
export function setupWarnings(
  device: Watched & { name: string },
  ancestors: readonly { name: string; silenceWindowS: number }[],
  sameNameAtSite: number,
): Sentence[] {
  return [
    ...ancestors
      .filter((ancestor) => ancestor.silenceWindowS > device.silenceWindowS)
      .map((ancestor) => slowAncestor(device, ancestor)),
    ...(device.silenceWindowS < device.intervalS ? [shortWindow(device)] : []),
    ...(sameNameAtSite > 0 ? [sameName(device.name, sameNameAtSite)] : []),
  ]
}

const slowAncestor = (device: Watched, ancestor: { name: string; silenceWindowS: number }): Sentence => ({
  key: 'device.warning.ancestor_window',
  params: {
    ancestor: ancestor.name,
    ancestorWindowS: ancestor.silenceWindowS,
    windowS: device.silenceWindowS,
  },
  text: `${ancestor.name} is called silent only after ${ancestor.silenceWindowS} s, this device after ${device.silenceWindowS} s: when both fail together, a ticket about this device waits for ${ancestor.name}.`,
})

const shortWindow = ({ intervalS, silenceWindowS }: Watched): Sentence => ({
  key: 'device.warning.window_below_interval',
  params: { intervalS, windowS: silenceWindowS },
  text: `It is expected to answer every ${intervalS} s but is called silent after ${silenceWindowS} s: one missed answer is enough.`,
})

const sameName = (name: string, count: number): Sentence => ({
  key: 'device.warning.same_name',
  params: { name, count },
  text: `${count === 1 ? 'Another device' : `${count} other devices`} at this site ${count === 1 ? 'is' : 'are'} called ${name} too.`,
})
